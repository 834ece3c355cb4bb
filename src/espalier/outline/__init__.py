"""A network as its Keras configuration outlines it: every layer's shape, and the int8 operators that it will become. No weight is
read and no Keras is imported: what costs (bytes, MACs, instructions) follows from the shapes."""
