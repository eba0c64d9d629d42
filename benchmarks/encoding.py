"""Sentence vectors of English models in plain NumPy, which avoids a framework of gigabytes for two models.

Reads a folder of sentence-transformers: `config.json`, `tokenizer.json`, `model.safetensors`. The forward pass is that
of BERT (Devlin et al. 2019) or of MPNet (Song et al. 2020, with relative position buckets as in T5). The vector of a
text is the mean of its tokens, of unit length.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

_MOST_TOKENS = 64
_BATCH = 32
_BUCKETS, _EXACT, _FARTHEST = 16, 8, 128


class Encoder:
    """Call it with texts to get one row of `width` numbers each."""

    def __init__(self, folder: Path) -> None:
        from safetensors.numpy import load_file  # noqa: PLC0415 - only needed here
        from tokenizers import Tokenizer  # noqa: PLC0415

        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self._weights: dict[str, Array] = {
            name: values.astype(np.float32) for name, values in load_file(folder / "model.safetensors").items()
        }
        self._tokens = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokens.no_padding()
        self._tokens.enable_truncation(_MOST_TOKENS)
        self._mpnet = config["model_type"] == "mpnet"
        self._heads, self._layers = config["num_attention_heads"], config["num_hidden_layers"]
        self._least: float = config["layer_norm_eps"]
        self.width: int = config["hidden_size"]

    def __call__(self, texts: Sequence[str]) -> Array:
        found = [encoded.ids for encoded in self._tokens.encode_batch(list(texts))]
        rows = np.zeros((len(found), self.width), np.float32)
        for length in sorted({len(ids) for ids in found}):  # texts of one length need no padding
            own = [place for place, ids in enumerate(found) if len(ids) == length]
            for first in range(0, len(own), _BATCH):
                places = own[first : first + _BATCH]
                rows[places] = self._encode(np.array([found[place] for place in places]))
        return rows

    def _encode(self, ids: NDArray[np.int64]) -> Array:
        count, length = ids.shape
        positions = np.arange(length) + (2 if self._mpnet else 0)
        given = self._weights
        states = (
            given["embeddings.word_embeddings.weight"][ids] + given["embeddings.position_embeddings.weight"][positions]
        )
        if not self._mpnet:
            states = states + given["embeddings.token_type_embeddings.weight"][0]
        states = self._normal(states, "embeddings.LayerNorm")
        names = (
            "attn.q attn.k attn.v attn.o LayerNorm"
            if self._mpnet
            else "self.query self.key self.value output.dense output.LayerNorm"
        )
        distant = self._distant(length) if self._mpnet else np.zeros((1, 1, 1), np.float32)
        for number in range(self._layers):
            layer = f"encoder.layer.{number}."
            query, key, value, output, norm = (f"{layer}attention.{name}" for name in names.split())
            asked, held, meant = (
                self._linear(states, name).reshape(count, length, self._heads, -1).transpose(0, 2, 1, 3)
                for name in (query, key, value)
            )
            scores = asked @ held.transpose(0, 1, 3, 2) / np.float32(np.sqrt(asked.shape[-1])) + distant
            shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
            shares /= shares.sum(axis=-1, keepdims=True)
            heard = (shares @ meant).transpose(0, 2, 1, 3).reshape(count, length, -1)
            states = self._normal(states + self._linear(heard, output), norm)
            wide = _gelu(self._linear(states, f"{layer}intermediate.dense"))
            states = self._normal(states + self._linear(wide, f"{layer}output.dense"), f"{layer}output.LayerNorm")
        means: Array = states.mean(axis=1)
        return means / np.linalg.norm(means, axis=1, keepdims=True)

    def _linear(self, rows: Array, name: str) -> Array:
        found: Array = rows @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]
        return found

    def _normal(self, rows: Array, name: str) -> Array:
        centred = rows - rows.mean(axis=-1, keepdims=True)
        scaled = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + self._least)
        found: Array = scaled * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]
        return found

    def _distant(self, length: int) -> Array:
        """Return the relative position bias of the attention for each head."""
        ahead = np.arange(length)[None, :] - np.arange(length)[:, None]
        far = np.maximum(np.abs(ahead), 1) / _EXACT
        coarse = _EXACT + (np.log(far) / np.log(_FARTHEST / _EXACT) * (_BUCKETS - _EXACT)).astype(int)
        bucket = np.where(np.abs(ahead) < _EXACT, np.abs(ahead), np.minimum(coarse, _BUCKETS - 1))
        bucket += np.where(ahead > 0, _BUCKETS, 0)
        found: Array = self._weights["encoder.relative_attention_bias.weight"][bucket].transpose(2, 0, 1)
        return found


def _gelu(rows: Array) -> Array:
    """Compute GELU by the tanh approximation; the models' vectors differ from the exact ones by less than 1e-4."""
    found: Array = 0.5 * rows * (1 + np.tanh(np.float32(0.7978845608) * (rows + np.float32(0.044715) * rows**3)))
    return found
