"""Acts on several people of a badge at once: asked for by a teacher, done part by part, each as the single act is."""
