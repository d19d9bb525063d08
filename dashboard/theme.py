"""The look as values: tokens for Python-made pictures and the theme that makes components ours."""

from __future__ import annotations

from typing import Any, Final

from data.model import Severity, SiteStatus, Tlp

FONT: Final = 'Inter, system-ui, "Segoe UI", sans-serif'
MONO: Final = 'ui-monospace, "SFMono-Regular", "DejaVu Sans Mono", Menlo, monospace'

DARK: Final = {
    "ground": "#0E1116",
    "panel": "#161B22",
    "raised": "#1D242E",
    "line": "#2A313C",
    "text": "#E6EAF0",
    "muted": "#9AA4B2",
    "accent": "#4C9AFF",
}
LIGHT: Final = {
    "ground": "#F6F7F9",
    "panel": "#FFFFFF",
    "raised": "#FFFFFF",
    "line": "#D9DEE5",
    "text": "#1A212B",
    "muted": "#586374",
    "accent": "#1366D6",
}

# NAPSG Incident Symbology Guideline v2.0: the colour ramp; the letter is for those who see no red.
SEVERITY_COLOR: Final = {
    Severity.NONE: "#FFFFFF",
    Severity.LOW: "#00AC3A",
    Severity.NOTICE: "#237ACF",
    Severity.MODERATE: "#FFD718",
    Severity.WATCH: "#FF8918",
    Severity.HIGH: "#FF181E",
    Severity.EXTREME: "#ED1AFC",
}
SEVERITY_LETTER: Final = {
    Severity.NONE: "–",
    Severity.LOW: "L",
    Severity.NOTICE: "N",
    Severity.MODERATE: "M",
    Severity.WATCH: "W",
    Severity.HIGH: "H",
    Severity.EXTREME: "X",
}
# FIRST, TLP 2.0: the colours of the label on black.
TLP_COLOR: Final = {
    Tlp.CLEAR: "#FFFFFF",
    Tlp.GREEN: "#33FF00",
    Tlp.AMBER: "#FFC000",
    Tlp.AMBER_STRICT: "#FFC000",
    Tlp.RED: "#FF2B2B",
}
SITE_STATUS_LETTER: Final = {
    SiteStatus.UNKNOWN: "U",
    SiteStatus.GREEN: "G",
    SiteStatus.YELLOW: "Y",
    SiteStatus.RED: "R",
}
# Okabe-Ito without black and yellow (yellow is a severity here), then three greys for the quieter roots.
CATEGORY_COLORS: Final = (
    "#56B4E9",
    "#E69F00",
    "#009E73",
    "#CC79A7",
    "#0072B2",
    "#D55E00",
    "#F0E442",
    "#9AA4B2",
    "#6B7685",
    "#C3CAD4",
)

_ACCENT_SHADES: Final = [
    "#E8F2FF",
    "#CFE3FF",
    "#A3CAFF",
    "#7BB3FF",
    "#4C9AFF",
    "#3586F2",
    "#1F75E3",
    "#1366D6",
    "#0C55B6",
    "#074592",
]
_GREYS: Final = [
    "#E6EAF0",
    "#C3CAD4",
    "#9AA4B2",
    "#6B7685",
    "#3A4350",
    "#2A313C",
    "#1D242E",
    "#161B22",
    "#0E1116",
    "#0A0D11",
]


def mantine() -> dict[str, Any]:
    """Return the theme of the component library, so that nothing of it looks default."""
    flat = {"shadow": "none"}
    quick = {"transitionProps": {"duration": 120}}
    return {
        "fontFamily": FONT,
        "fontFamilyMonospace": MONO,
        "primaryColor": "accent",
        "primaryShade": {"light": 7, "dark": 4},
        "autoContrast": True,
        "luminanceThreshold": 0.3,
        "colors": {"accent": _ACCENT_SHADES, "dark": _GREYS},
        "defaultRadius": 6,
        "respectReducedMotion": True,
        "cursorType": "pointer",
        "focusRing": "auto",
        "fontSizes": {"xs": "12px", "sm": "13px", "md": "13px", "lg": "20px", "xl": "28px"},
        "lineHeights": {"xs": "16px", "sm": "18px", "md": "18px", "lg": "28px", "xl": "36px"},
        "shadows": {"xs": "none", "sm": "none", "md": "none", "lg": "none", "xl": "none"},
        "headings": {"fontFamily": FONT, "fontWeight": "600"},
        "components": {
            "Menu": {"defaultProps": {**flat, **quick, "radius": 6}},
            "Popover": {"defaultProps": {**flat, **quick, "radius": 6}},
            "Modal": {"defaultProps": {**flat, "radius": 6, "overlayProps": {"backgroundOpacity": 0.55}}},
            "Select": {"defaultProps": {"comboboxProps": {"shadow": "none"}}},
            "Button": {"defaultProps": {"size": "sm"}},
        },
    }
