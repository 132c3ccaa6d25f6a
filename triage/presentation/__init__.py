"""The only author of words and pictures: screens, report, JSON, SVG."""
