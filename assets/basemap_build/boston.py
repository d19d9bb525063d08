"""Boston's inner waters, which the Census shoreline counts as land.

The 1:500,000 shapes close the harbour at its mouth between Castle Island and Logan Airport. What lies behind
is drawn here from landmarks whose places are public knowledge (pier heads, bridges, points), to about 100 m:
good at the zooms of this basemap, not a chart. Longitude and latitude, clockwise or not.
"""

from __future__ import annotations

import shapely

Ring = tuple[tuple[float, float], ...]

WATERS: dict[str, Ring] = {
    # From the mouth (Castle Island, the airport's south-western corner) up to the Charlestown bridge.
    "Boston Inner Harbor": (
        (-71.0040, 42.3385),  # off Castle Island
        (-71.0125, 42.3418),  # Conley Terminal, north side
        (-71.0250, 42.3421),  # Reserved Channel, mouth
        (-71.0420, 42.3404),  # Reserved Channel, head
        (-71.0421, 42.3418),
        (-71.0265, 42.3437),
        (-71.0240, 42.3458),  # Black Falcon terminal
        (-71.0330, 42.3487),  # Dry dock no. 3
        (-71.0385, 42.3515),  # Fish Pier
        (-71.0440, 42.3535),  # Fan Pier
        (-71.0485, 42.3535),  # Fort Point Channel, mouth
        (-71.0527, 42.3497),  # Summer Street bridge
        (-71.0574, 42.3447),  # head of the channel
        (-71.0585, 42.3452),
        (-71.0541, 42.3500),
        (-71.0508, 42.3540),  # Northern Avenue bridge
        (-71.0492, 42.3565),  # Rowes Wharf
        (-71.0487, 42.3598),  # Long Wharf
        (-71.0490, 42.3640),  # Commercial Wharf, Battery Wharf
        (-71.0530, 42.3680),  # Coast Guard base
        (-71.0597, 42.3688),  # Charlestown bridge, south end
        (-71.0606, 42.3712),  # Charlestown bridge, north end
        (-71.0560, 42.3720),  # Constitution pier
        (-71.0500, 42.3723),
        (-71.0477, 42.3750),  # Navy Yard, east
        (-71.0490, 42.3788),
        (-71.0500, 42.3812),  # Tobin bridge, west end
        (-71.0445, 42.3845),  # Tobin bridge, east end
        (-71.0400, 42.3838),  # Chelsea Creek, mouth
        (-71.0395, 42.3815),
        (-71.0410, 42.3780),  # East Boston shipyard
        (-71.0430, 42.3740),
        (-71.0425, 42.3690),  # LoPresti Park
        (-71.0390, 42.3650),  # Piers Park
        (-71.0330, 42.3632),  # Jeffries Point
        (-71.0290, 42.3615),  # airport, western edge
        (-71.0255, 42.3580),
        (-71.0190, 42.3540),
        (-71.0120, 42.3497),  # runway 4, south-western corner
        (-71.0075, 42.3470),
        (-70.9985, 42.3490),
        (-70.9985, 42.3400),
    ),
    "Mystic River": (
        (-71.0500, 42.3812),
        (-71.0580, 42.3838),
        (-71.0660, 42.3845),
        (-71.0715, 42.3880),  # Alford Street bridge
        (-71.0757, 42.3925),  # Amelia Earhart dam
        (-71.0805, 42.3955),
        (-71.0830, 42.3990),
        (-71.0800, 42.3995),
        (-71.0770, 42.3970),
        (-71.0705, 42.3945),
        (-71.0670, 42.3900),
        (-71.0600, 42.3882),
        (-71.0520, 42.3868),
        (-71.0445, 42.3845),
    ),
    "Charles River Basin": (
        (-71.0615, 42.3702),  # the new dam
        (-71.0640, 42.3685),
        (-71.0700, 42.3668),  # Science Museum, Boston side
        (-71.0712, 42.3612),  # Longfellow bridge, Boston side
        (-71.0745, 42.3565),  # Esplanade
        (-71.0845, 42.3535),
        (-71.0897, 42.3522),  # Harvard bridge, Boston side
        (-71.1000, 42.3512),
        (-71.1105, 42.3525),  # Boston University bridge
        (-71.1108, 42.3537),
        (-71.1030, 42.3543),
        (-71.0930, 42.3566),  # Harvard bridge, Cambridge side
        (-71.0872, 42.3585),
        (-71.0795, 42.3622),  # Longfellow bridge, Cambridge side
        (-71.0760, 42.3668),  # Lechmere canal
        (-71.0715, 42.3685),
        (-71.0640, 42.3702),
    ),
    "Dorchester Bay": (
        (-71.0100, 42.3330),  # south of Castle Island
        (-71.0200, 42.3310),  # Pleasure Bay shore
        (-71.0345, 42.3305),  # L Street
        (-71.0470, 42.3290),  # Carson Beach
        (-71.0485, 42.3262),  # Old Harbor
        (-71.0420, 42.3228),
        (-71.0350, 42.3205),  # Columbia Point, north
        (-71.0290, 42.3180),
        (-71.0060, 42.3250),
    ),
    "Savin Hill Cove": (
        (-71.0380, 42.3120),  # Columbia Point, south
        (-71.0455, 42.3132),
        (-71.0490, 42.3108),
        (-71.0445, 42.3062),  # Savin Hill
        (-71.0475, 42.3020),
        (-71.0440, 42.2985),
        (-71.0405, 42.2925),  # Commercial Point
        (-71.0380, 42.2900),
        (-71.0340, 42.2945),
        (-71.0320, 42.3000),
        (-71.0260, 42.3080),
    ),
}

LANDS: dict[str, Ring] = {
    "Castle Island": (
        (-71.0250, 42.3370),
        (-71.0180, 42.3372),
        (-71.0125, 42.3412),
        (-71.0088, 42.3405),
        (-71.0088, 42.3362),
        (-71.0150, 42.3345),
        (-71.0180, 42.3325),
        (-71.0250, 42.3330),
    ),
}

# Narrow waters as a middle line and a width in metres.
RIVERS: dict[str, tuple[float, Ring]] = {
    "Chelsea Creek": (
        130.0,
        (
            (-71.0425, 42.3846),
            (-71.0394, 42.3856),  # Meridian Street bridge
            (-71.0310, 42.3852),
            (-71.0233, 42.3864),  # Chelsea Street bridge
            (-71.0190, 42.3895),
            (-71.0160, 42.3950),
            (-71.0100, 42.4005),
        ),
    ),
    "Charles River": (
        85.0,
        (
            (-71.1100, 42.3530),  # Boston University bridge
            (-71.1150, 42.3560),
            (-71.1163, 42.3609),  # River Street bridge
            (-71.1175, 42.3640),  # Western Avenue bridge
            (-71.1181, 42.3680),  # Weeks bridge
            (-71.1231, 42.3690),  # Anderson bridge
            (-71.1280, 42.3725),
            (-71.1316, 42.3741),  # Eliot bridge
        ),
    ),
}


def shapes() -> tuple[shapely.Geometry, shapely.Geometry]:
    """Return the waters and the lands, each as one geometry in degrees."""
    across = 1 / 111_320 * 1.15  # a metre, between a degree of latitude and one of longitude at Boston
    waters = [shapely.make_valid(shapely.Polygon(ring)) for ring in WATERS.values()]
    waters += [shapely.LineString(line).buffer(metres * across / 2) for metres, line in RIVERS.values()]
    lands = [shapely.Polygon(ring) for ring in LANDS.values()]
    land = shapely.union_all(lands)
    return shapely.difference(shapely.union_all(waters), land), land
