"""The filter as people share it: one canonical URL query string for tiles, counts, lists and exports."""

from data.query.model import Dimension, Near, Query
from data.query.shapes import Circle, Polygon, Rectangle, Shape, shapes_text

__all__ = ["Circle", "Dimension", "Near", "Polygon", "Query", "Rectangle", "Shape", "shapes_text"]
