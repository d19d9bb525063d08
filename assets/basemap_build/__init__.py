"""Parts of `assets/build_basemap.py`: what is drawn, how it is simplified, cut and written."""
