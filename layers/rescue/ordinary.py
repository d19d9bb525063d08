"""Ordinary words that are also some town's name, and words that tell what the name beside them is."""

from __future__ import annotations

from typing import Final

from layers.rescue.wording import NUMBERS, TIMES


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# A name behind such a word is a street's, before or behind such a building's; it is no town.
STREETS_BEFORE: Final = frozenset(
    [
        "rue",
        "ruelle",
        "impasse",
        "avenue",
        "ave",
        "av",
        "boulevard",
        "blvd",
        "bd",
        "calle",
        "avenida",
        "rua",
        "travessa",
        "ri",
        "wi",
        "ruel",
        "enpas",
    ]
)
STREETS_BEHIND: Final = frozenset(
    [
        "street",
        "st",
        "road",
        "rd",
        "avenue",
        "ave",
        "lane",
        "ln",
        "drive",
        "dr",
        "boulevard",
        "blvd",
        "court",
        "ct",
        "way",
        "highway",
        "hwy",
        "place",
        "pl",
        "terrace",
    ]
)
BUILDINGS: Final = frozenset(
    [
        "hopital",
        "hospital",
        "clinic",
        "clinique",
        "church",
        "eglise",
        "school",
        "ecole",
        "college",
        "lycee",
        "university",
        "universite",
        "institut",
        "institution",
        "hotel",
        "orphanage",
        "orphelinat",
        "centre",
        "center",
        "iglesia",
        "escuela",
        "lekol",
        "legliz",
        "lopital",
        "bank",
        "banque",
        "restaurant",
        "pharmacie",
        "pharmacy",
        "market",
        "stade",
        "family",
        "famille",
        "mr",
        "mrs",
        "ms",
        "dr",
        "madame",
        "monsieur",
        "pastor",
        "pere",
        "pasteur",
    ]
)
SAID: Final = _words(
    """
    the of and or to in on at by for is are was were we they he she it our my your his her them us me
    you i no not help need needs water food house home people person family child children man woman
    baby old mother father north south east west northern southern eastern western central upper lower
    new near between miles mile from with without under over after before during please call called
    calling trapped alive stuck road bridge bay beach island hill mountain river lake city town village
    state county area zone place point park square sunday monday tuesday wednesday thursday friday
    saturday january february march april may june july august september october november december today
    tomorrow yesterday morning night day days week hour hours nord sud est ouest norte sur sul este
    oeste centro centre center ville la le les los las el de du des del da do dos das en un una une um
    uma et y e ou para por pour avec con com sans sin sem eau agua dlo kay maison casa moun gens gente
    pessoas personas ede aide ayuda ajuda besoin nou mwen yo nan pou ak sou lan si moun pa gen building
    collapsed injured medical supplies doctor nurse landslide flood hurricane earthquake storm power
    good hope love grace victoria florence mary marie jean joseph jackson santos rose hello see can seen
    side top block number route highway mission camp airport street corner junction intersection behind
    front next
    """
)
PERSONS: Final = _words(
    """
    florence mary marie jean joseph jackson grace victoria rose john peter paul james maria jose ana
    pierre
    """
)
# No town is meant by such a word alone, nor by several of them without capitals.
COMMON: Final = SAID | STREETS_BEFORE | STREETS_BEHIND | BUILDINGS | frozenset(NUMBERS) | frozenset(TIMES)
