"""Why this, why not that, what if: as data."""
