"""Templates and their life: written, held to quality frameworks, published, carried to other installations."""
