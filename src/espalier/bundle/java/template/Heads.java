package dev.espalier.models.template_name;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** The outputs of a model without labels: what each is called, its shape, and what its bytes stand for. */
public final class Heads {
    /** One output. */
    public static final class Head {
        /** Name of the output. */
        public final String name;
        /** Shape without the batch. */
        private final int[] shape;
        /** Value = scale * (byte - zeroPoint), with the byte from 0 to 255. */
        public final double scale;
        /** See {@link #scale}. */
        public final int zeroPoint;

        private Head(String[] words) {
            name = words[0];
            scale = Double.parseDouble(words[1]);
            zeroPoint = Integer.parseInt(words[2]);
            shape = new int[words.length - 3];
            for (int i = 0; i < shape.length; i++) {
                shape[i] = Integer.parseInt(words[i + 3]);
            }
        }

        /** Shape without the batch; a copy. */
        public int[] shape() {
            return shape.clone();
        }

        /** How many values, which are as many bytes. */
        public int values() {
            int values = 1;
            for (int side : shape) {
                values *= side;
            }
            return values;
        }

        /**
         * The values of the output's bytes, row by row.
         *
         * @throws IllegalArgumentException when there are more or fewer than {@link #values}
         */
        public double[] real(byte[] output) {
            if (output.length != values()) {
                throw new IllegalArgumentException(
                        "the output has " + output.length + " bytes, " + name + " has " + values() + " values");
            }
            double[] real = new double[output.length];
            for (int i = 0; i < output.length; i++) {
                real[i] = ((output[i] & 0xff) - zeroPoint) * scale;
            }
            return real;
        }
    }

    /** The outputs in the order of the model; cannot be changed. */
    public static final List<Head> ALL = read("@heads@");

    private Heads() {}

    /** A line for each output, tabs between its words. */
    private static List<Head> read(String text) {
        List<Head> heads = new ArrayList<Head>();
        for (String line : text.split("\n")) {
            heads.add(new Head(line.split("\t")));
        }
        return Collections.unmodifiableList(heads);
    }
}
