"""How people say where something is: numbers, units, directions and relations in five languages.

English, Spanish, Portuguese, Haitian Creole, French. Words are folded (no case, no accents), a phrase is its
words in order; the same phrase in two languages is one entry.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, TypeVar

from layers.rescue.phrases import Phrases

T = TypeVar("T")


class Relation(StrEnum):
    """How one place is said to lie to another."""

    AT = "at"
    NEAR = "near"
    BESIDE = "beside"
    SEEN = "seen"
    BETWEEN = "between"
    ROAD = "road"


def _each(words: str, value: T) -> dict[str, T]:
    return {word.strip(): value for word in words.split(",")}


NUMBERS: Final[Mapping[str, float]] = {
    **_each("one, a, an, un, una, uno, um, uma, une, yon", 1),
    **_each("two, dos, dois, duas, deux, de, couple", 2),
    **_each("three, tres, trois, twa, few", 3),
    **_each("four, cuatro, quatro, quatre, kat", 4),
    **_each("five, cinco, cinq, senk", 5),
    **_each("six, seis, sis", 6),
    **_each("seven, siete, sete, sept, set", 7),
    **_each("eight, ocho, oito, huit, uit", 8),
    **_each("nine, nueve, nove, neuf, nef", 9),
    **_each("ten, diez, dez, dix, dis", 10),
    **_each("eleven, once, onze, onz", 11),
    **_each("twelve, doce, doze, douze, douz", 12),
    **_each("fifteen, quince, quinze, kenz", 15),
    **_each("twenty, veinte, vinte, vingt, ven", 20),
    **_each("thirty, treinta, trinta, trente, trant", 30),
    **_each("forty, cuarenta, quarenta, quarante, karant", 40),
    **_each("fifty, cincuenta, cinquenta, cinquante, senkant", 50),
    **_each("hundred, cien, ciento, cem, cent, san", 100),
    **_each("doscientos, duzentos", 200),
    **_each("trescientos, trezentos", 300),
    **_each("quinientos, quinhentos", 500),
    **_each("half, medio, media, meio, meia, demi, mwatye", 0.5),
    **_each("quarter", 0.25),
}
TIMES: Final[Mapping[str, float]] = {
    **_each("hundred, cents, cent, san, cientos, centos", 100),
    **_each("thousand, mil, mille", 1000),
}
AND_A_HALF: Final = Phrases(
    _each("and a half, y medio, y media, e meio, e meia, et demi, et demie, ak demi, edmi", 0.5)
)
UNITS: Final = Phrases(
    {
        **_each("m, meter, meters, metre, metres, metro, metros, met", 1.0),
        **_each("km, kms, kilometer, kilometers, kilometre, kilometres, kilometro, kilometros", 1000.0),
        **_each("quilometro, quilometros, kilomet, klm", 1000.0),
        **_each("mi, mile, miles, milla, millas, milha, milhas, mil", 1609.344),
        **_each("ft, foot, feet, pie, pies, pe, pes, pied, pieds, pye", 0.3048),
        **_each("yd, yds, yard, yards, yarda, yardas, jarda, jardas, verges", 0.9144),
        **_each("block, blocks, cuadra, cuadras, quadra, quadras, quarteirao, quarteiroes", 120.0),
        **_each("nm, nmi, nautical mile, nautical miles, milla nautica, millas nauticas", 1852.0),
        **_each("milhas nauticas, milles nautiques, milles marins", 1852.0),
    }
)
# What a minute of going is: on foot, by car, by boat; said by time, a distance is a rough guess.
MINUTES: Final = Phrases(
    {
        **_each(
            "minutes walk, minute walk, minutes on foot, minutes by foot, min walk, minutes walking", 75.0
        ),
        **_each("minutos a pie, minutos caminando, minutos andando, minutes a pied, minutes de marche", 75.0),
        **_each("minutos a pe, minit a pye, minit sou pye", 75.0),
        **_each(
            "minutes drive, minute drive, minutes by car, min drive, minutos en carro, minutos en coche",
            600.0,
        ),
        **_each("minutos de carro, minutes en voiture, minit nan machin", 600.0),
        **_each(
            "minutes by boat, minute boat ride, minutos en bote, minutos de barco, minutes en bateau", 400.0
        ),
    }
)
# Between number and unit, and between unit and direction.
OF_A: Final = Phrases(_each("of a, of, de, d", None))
TOWARD: Final = Phrases(
    _each(
        "to the, to, toward the, towards the, due, further, just, al, hacia el, hacia, ao, a, para o, "
        "au, vers le, vers l, a l, l, nan, o, le, direct, direction, up, down",
        None,
    )
)
# Words that say a direction wherever a distance stands before them; in any place else many are other words.
DIRECTIONS: Final[Phrases[float]] = Phrases(
    {
        **_each("north, northward, n, norte, nord, no", 0.0),
        **_each("north east, northeast, ne, nordeste, noreste, nord est, nodes", 45.0),
        **_each("east, eastward, e, este, leste, est, les", 90.0),
        **_each("south east, southeast, se, sudeste, sureste, sud est, sides", 135.0),
        **_each("south, southward, s, sur, sul, sud, sid", 180.0),
        **_each("south west, southwest, sw, so, sudoeste, suroeste, sud ouest, sidwes", 225.0),
        **_each("west, westward, w, oeste, ouest, lwes", 270.0),
        **_each("north west, northwest, nw, noroeste, nord ouest, nodwes", 315.0),
    }
)
# Said without a distance, these are directions only with "of" behind them.
DIRECTIONS_OF: Final[Phrases[float]] = Phrases(
    {
        **_each("north of, al norte de, al norte del, ao norte de, ao norte do, au nord de, au nord du", 0.0),
        **_each("ao norte da, au nord des, nan no", 0.0),
        **_each("a leste da, nan les", 90.0),
        **_each("ao sul da, au sud des, nan sid", 180.0),
        **_each("al oeste del, a oeste da, a oeste do, nan lwes", 270.0),
        **_each(
            "northeast of, north east of, al noreste de, al nordeste de, a nordeste de, au nord est de", 45.0
        ),
        **_each("east of, al este de, al este del, a leste de, a leste do, a l est de, a l est du", 90.0),
        **_each("southeast of, south east of, al sureste de, a sudeste de, au sud est de", 135.0),
        **_each("south of, al sur de, al sur del, ao sul de, ao sul do, au sud de, au sud du", 180.0),
        **_each("southwest of, south west of, al suroeste de, a sudoeste de, au sud ouest de", 225.0),
        **_each("west of, al oeste de, al oeste del, a oeste de, a l ouest de, a l ouest du", 270.0),
        **_each("northwest of, north west of, al noroeste de, a noroeste de, au nord ouest de", 315.0),
    }
)
OF: Final = Phrases(
    _each("of, from, de, del, du, des, d, da, do, desde, depuis, away from, off, nan, lwen", None)
)
ARTICLES: Final = Phrases(
    _each("the, el, la, los, las, le, les, l, o, a, os, as, un, una, une, um, uma, my, our", None)
)
RELATIONS: Final[Phrases[Relation]] = Phrases(
    {
        **_each(
            "near, near to, nearby, close to, closest to, not far from, around, outside, outside of, "
            "just outside, in the area of, in the vicinity of, cerca de, cerca del, alrededor de, "
            "no lejos de, perto de, perto do, perto da, proximo a, proximo de, pres de, pres du, pres d, "
            "proche de, proche du, aux alentours de, aux environs de, pa lwen, toupre, pre, nan zon, "
            "ozanviwon, a las afueras de, en las afueras de, proximo ao, perto dos, nos arredores de, "
            "ao redor de, a proximite de, non loin de, pas loin de, aux abords de, a l entree de, "
            "a la sortie de, pa two lwen, pa lwen ak, tou pre, alantou, nan antre, nan soti, "
            "mas arriba de, mas abajo de, acima de, abaixo de, au dessus de, au dessous de, "
            "en contrebas de, anwo, anba",
            Relation.NEAR,
        ),
        **_each(
            "next to, beside, behind, across from, opposite, opposite to, in front of, next door to, "
            "across the street from, al lado de, al lado del, detras de, detras del, frente a, "
            "frente al, enfrente de, junto a, junto al, ao lado de, ao lado do, ao lado da, atras de, "
            "atras do, atras da, em frente a, em frente ao, a cote de, a cote du, derriere, en face de, "
            "en face du, devant, bo, bo kote, akote, kote, deye, anfas, devan, delante de, delante del, "
            "pegado a, pegado al, por tras de, em frente da, kole ak, kole avek",
            Relation.BESIDE,
        ),
        **_each(
            "seen from, visible from, can be seen from, saw from, within sight of, in sight of, "
            "in view of, can see, visto desde, vista desde, se ve desde, vemos desde, a la vista de, "
            "visto de, visto do, vista de, a vista de, vu de, vu du, vue de, visible depuis, visible de, "
            "on voit, nou ka we, ka we, we depi",
            Relation.SEEN,
        ),
        **_each(
            "road between, road from, highway between, highway from, trail between, trail from, "
            "way between, route between, carretera entre, camino entre, carretera de, camino de, "
            "estrada entre, estrada de, route entre, route de, chemin entre, wout ant, wout soti, "
            "wout ki soti",
            Relation.ROAD,
        ),
        **_each("between, in between, entre, ant, antre", Relation.BETWEEN),
        **_each(
            "in, at, inside, en, em, no, na, nos, nas, a, au, aux, dans, nan, lan, sou, on, from, to, "
            "of, live in, for, via, toward, towards, located at, located in",
            Relation.AT,
        ),
    }
)
# Between the two places of "between A and B" and "from A to B".
AND: Final = Phrases(
    _each("and, y, e, et, ak, avek, to, a, hasta, ate, para, pour, pou, rive, jiska, and the", None)
)
CORNER: Final = Phrases(
    _each("and, y, e, et, ak, at, con, com, esquina, esquina con, corner of, corner, coin, kwen", None)
)
# Things of which there is one; any other is meant only with "the" or "my" before it.
# Prepositions that an article has grown into: "atrás da escola", "al lado del hospital", "au marché".
WITH_ARTICLE: Final = frozenset({"da", "do", "das", "dos", "na", "no", "ao", "del", "al", "du", "au"})
# Creole says "the" behind: "lekòl la".
CREOLE_ARTICLES: Final = frozenset({"la", "a", "an", "nan", "lan", "yo"})
CREOLE_THINGS: Final = frozenset(
    {"legliz", "lekol", "lopital", "klinik", "mache", "lapolis", "waf", "estad", "bato"}
)
ONLY_ONE: Final = frozenset({"airport", "aeropuerto", "aeroporto", "aeroport", "ayewopo"})
# What a thing that stands in every town is called, and the words that the kinds of sites are known by.
THINGS: Final[Phrases[tuple[str, ...]]] = Phrases(
    {
        **_each("church, iglesia, igreja, eglise, legliz, chapel", ("church", "worship", "chapel")),
        **_each("school, escuela, escola, ecole, lekol", ("school", "college")),
        **_each("hospital, hopital, lopital", ("hospital",)),
        **_each("clinic, clinica, clinique, klinik", ("clinic", "health", "hospital")),
        **_each("ferry, ferri, balsa, bac, bato", ("ferry",)),
        **_each("airport, aeropuerto, aeroporto, aeroport, ayewopo", ("airport",)),
        **_each("police station, police, policia, lapolis", ("police",)),
        **_each("fire station, firehouse, fire house, bomberos, bombeiros, pompiers", ("fire",)),
        **_each("gas station, gasolinera, posto de gasolina, station service", ("gas", "fuel")),
        **_each(
            "marina, dock, harbor, harbour, muelle, puerto, porto, quai, waf",
            ("marina", "dock", "ferry", "port"),
        ),
        **_each("library, biblioteca, bibliotheque", ("library",)),
        **_each("market, supermarket, supermercado, mercado, marche, mache", ("supermarket", "market")),
        **_each("dam, presa, represa, barrage", ("dam",)),
        **_each("stadium, estadio, stade, estad", ("stadium",)),
    }
)
