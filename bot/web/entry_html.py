"""Rendering of an entry's Markdown answer as HTML that is safe for untrusted input."""

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import Markup

from infra.web.links import linkify


class _Renderer(RendererHTML):
    """Renders bare web addresses as links, as chats do; links open in a new tab."""

    def text(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        inside = sum((token.type == "link_open") - (token.type == "link_close") for token in tokens[:idx])
        return super().text(tokens, idx, options, env) if inside else str(linkify(tokens[idx].content))

    def link_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        tokens[idx].attrSet("rel", "noopener noreferrer")
        return self.renderToken(tokens, idx, options, env)

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:  # noqa: ARG002 - the parser's
        """Render a picture as a link: the content security policy forbids pictures of other sites."""
        source = str(tokens[idx].attrGet("src") or "")
        link = Markup('<a href="{}" rel="noopener noreferrer">{}</a>')
        return str(link.format(source, tokens[idx].content or source))


# HTML is escaped, and the library itself refuses javascript: and data: addresses.
_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}, renderer_cls=_Renderer)


def as_html(source: str) -> Markup:
    """Render the answer as HTML."""
    return Markup(_markdown.render(source))  # noqa: S704 - output of the renderer above, which escapes all text
