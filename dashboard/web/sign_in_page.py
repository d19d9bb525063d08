"""The page that strangers see, and its plain kin: HTML without script, nothing loaded from anywhere."""

from __future__ import annotations

from html import escape

# Dark as every page is until somebody chooses: at night a white page blinds a whole room.
_STYLE = """
:root{color-scheme:dark;--ground:#0E1116;--panel:#161B22;--line:#2A313C;--text:#E6EAF0;--muted:#9AA4B2;
--accent:#4C9AFF;--on-accent:#0E1116;--bad:#FF9A8A}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;grid-template-rows:auto 1fr;background:var(--ground);
color:var(--text);font:15px/22px Inter,system-ui,sans-serif}
.exercise{padding:2px 12px;text-align:center;font-weight:600;border-bottom:1px solid var(--line)}
main{place-self:center;width:min(360px,calc(100vw - 32px));padding:28px;background:var(--panel);
border:1px solid var(--line);border-radius:6px}
h1{margin:0 0 4px;font-size:20px;line-height:28px}
p{margin:0 0 20px;color:var(--muted)}
.problem{color:var(--bad);margin:0 0 16px}
label{display:block;margin:0 0 4px}
input{width:100%;height:44px;margin:0 0 16px;padding:0 12px;font:inherit;color:inherit;
background:var(--ground);border:1px solid var(--muted);border-radius:6px}
button,.button{display:block;width:100%;height:44px;font:inherit;font-weight:600;color:var(--on-accent);
background:var(--accent);border:0;border-radius:6px;cursor:pointer}
.button{line-height:44px;text-align:center;text-decoration:none}
main>p:last-child{margin:0}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
"""


def sign_in_page(*, center: str, exercise: bool, target: str, name: str = "", problem: str = "") -> str:
    """Return the sign-in page as HTML; everything that came from outside is escaped."""
    alert = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
    main = f"""<h1>{escape(center)}</h1><p>Sign in to see the watch floor.</p>{alert}
<form method="post" action="/login">
<input type="hidden" name="next" value="{escape(target)}">
<label for="name">Name</label>
<input id="name" name="name" value="{escape(name)}" autocomplete="username" maxlength="80" required
{"autofocus" if not name else ""}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="1024" required
{"autofocus" if name else ""}>
<button type="submit">Sign in</button>
</form>"""
    return document(title=f"Sign in · {center}", exercise=exercise, main=main)


def document(*, title: str, exercise: bool, main: str) -> str:
    """Return a page of its own round `main`, which is HTML already; the title is text."""
    banner = '<div class="exercise" role="note">EXERCISE</div>' if exercise else "<div></div>"
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title><style>{_STYLE}</style></head>
<body>{banner}<main>
{main}</main></body></html>"""
