"""The Java classes of the Android library: sources in template/, compiled once into template.jar, made per
model."""
