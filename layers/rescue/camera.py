"""The ground that a picture from the air shows."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from data.errors import Invalid
from layers.rescue.grid import FloatArray, Grid
from layers.rescue.kernels import PER_ACCURACY, north_on_plane
from layers.rescue.params import Footprint
from layers.rescue.raster import Patch, cover

_ASPECT: Final = 0.75  # height of a picture by its width
_BORDER = 33  # places along each side of the picture
_HEADING_ERROR = 0.05  # of the distance: about 3 degrees
_SURE_OF_LANDMARK: Final = 0.9


def ground_seen(grid: Grid, photo: Footprint) -> BaseGeometry:
    """Return the footprint on the plane; raise Invalid where the camera sees no ground within its range."""
    x, y = (float(at[0]) for at in grid.to_plane([photo.lon], [photo.lat]))
    turn = north_on_plane(grid, photo.lon, photo.lat) + math.radians(photo.heading_deg)
    across, up = _border(photo)
    ahead, right = np.array([math.sin(turn), math.cos(turn)]), np.array([math.cos(turn), -math.sin(turn)])
    if photo.pitch_deg is None:  # how far it looked down is not known: from beneath the camera to the range
        flat = ahead + np.outer(across, right)
        near = photo.range_m * 1e-3
        reach = np.where(up > 0, photo.range_m, near)
    else:
        down = math.radians(abs(photo.pitch_deg))
        drop = math.sin(down) - up * math.cos(down)  # per unit of depth along each ray
        flat = np.outer(math.cos(down) + up * math.sin(down), ahead) + np.outer(across, right)
        with np.errstate(divide="ignore"):
            meets = photo.altitude_m * np.linalg.norm(flat, axis=1) / np.maximum(drop, 0.0)
        reach = np.minimum(meets, photo.range_m)
    along = flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-12)
    shape: BaseGeometry = shapely.make_valid(shapely.Polygon(np.array([x, y]) + along * reach[:, None]))
    if not (reach < photo.range_m).any() or not shape.area > 0:
        raise Invalid(
            "The picture shows no ground within its range.",
            hint="Check altitude, pitch and range: a level camera sees the ground only far away.",
        )
    return shape


def footprint(grid: Grid, photo: Footprint) -> Patch:
    """Return the mass of "they are in this picture", near the landmarks that were recognised in it."""
    x, y = (float(at[0]) for at in grid.to_plane([photo.lon], [photo.lat]))
    if not (math.isfinite(x) and math.isfinite(y)):  # on the other side of the Earth
        return Patch(0, 0, np.zeros((0, 0)))
    shape = ground_seen(grid, photo)
    soft_m = _HEADING_ERROR * shape.centroid.distance(shapely.Point(x, y)) + 0.02 * photo.altitude_m
    patch = cover(grid, shape, softness_m=soft_m)
    mass = patch.values * (grid.cell_m**2 / shape.area)
    inside = float(mass.sum())
    if photo.landmarks and inside > 0:
        mass = mass * _near_landmarks(grid, photo, patch)
        mass *= inside / float(mass.sum())
    return Patch(patch.row, patch.column, mass)


def _border(photo: Footprint) -> tuple[FloatArray, FloatArray]:
    """Return the picture's border, across and up from its middle, as tangents."""
    wide = math.tan(math.radians(photo.fov_deg) / 2)
    high = wide * _ASPECT
    side = np.linspace(-1.0, 1.0, _BORDER)
    one = np.ones(_BORDER)
    across = np.concatenate([side, one, -side, -one]) * wide
    up = np.concatenate([-one, side, one, -side]) * high
    return across, up


def _near_landmarks(grid: Grid, photo: Footprint, patch: Patch) -> FloatArray:
    rows, columns = patch.where
    near = np.ones(patch.values.shape)
    for landmark in photo.landmarks:
        x, y = (float(at[0]) for at in grid.to_plane([landmark.lon], [landmark.lat]))
        sigma = math.hypot(landmark.accuracy_m * PER_ACCURACY, grid.cell_m / 2)
        across = np.exp(-0.5 * ((grid.x[columns] - x) / sigma) ** 2)
        upward = np.exp(-0.5 * ((grid.y[rows] - y) / sigma) ** 2)
        # A landmark may be mistaken: no single one rules the rest of the picture out.
        near *= _SURE_OF_LANDMARK * np.outer(upward, across) + (1 - _SURE_OF_LANDMARK)
    return near
