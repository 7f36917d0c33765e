"""Templates: their versions, files to exchange them, reports on their quality, the institution's vocabularies."""
