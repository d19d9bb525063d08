"""Names and numbers that say where: places, grid references, street addresses; all of it works offline."""
