package dev.espalier.models.template_name;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The objects in a picture, from the bytes that the model answers. */
public final class Boxes {
    /** One object. */
    public static final class Found {
        /** Its label. */
        public final String label;
        /** Position of the label in {@link Model#LABELS}. */
        public final int index;
        /** Its confidence, 0 to 1. */
        public final double confidence;
        /** Edges in pixels of the picture that {@link Preprocessor} was given. */
        public final int left;
        /** See {@link #left}. */
        public final int top;
        /** See {@link #left}. */
        public final int right;
        /** See {@link #left}. */
        public final int bottom;

        Found(Detector.Box box, int[] edges) {
            index = box.label;
            label = Model.LABELS.get(box.label);
            confidence = box.score / 2147483648.0;
            left = edges[0];
            top = edges[1];
            right = edges[2];
            bottom = edges[3];
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%s %.3f at %d %d %d %d", label, confidence, left, top, right, bottom);
        }
    }

    /** Reads the detector beside the classes of this library. */
    private static final class Held {
        static final Detector DETECTOR = read();

        private static Detector read() {
            try {
                InputStream stream = Boxes.class.getResourceAsStream("detector.bin");
                if (stream == null) {
                    throw new IllegalStateException("detector.bin is not beside the classes of this library");
                }
                DataInputStream in = new DataInputStream(stream);
                try {
                    return new Detector(in);
                } finally {
                    in.close();
                }
            } catch (IOException problem) {
                throw new IllegalStateException("detector.bin cannot be read", problem);
            }
        }
    }

    private Boxes() {}

    /** The detector of this model. */
    public static Detector detector() {
        return Held.DETECTOR;
    }

    /**
     * Finds the objects of one picture, the best first.
     *
     * @param outputs the bytes of every output of the model, in its order
     * @param width columns of the picture that was prepared
     * @param height rows of the picture that was prepared
     * @throws IllegalArgumentException when there are more or fewer outputs than the model has
     */
    public static List<Found> find(byte[][] outputs, int width, int height) {
        Frame frame = new Frame(width, height, Model.HEIGHT, Model.WIDTH, Model.FIT);
        List<Found> found = new ArrayList<Found>();
        for (Detector.Box box : decode(outputs)) {
            int[] corners = {box.x1, box.y1, box.x2, box.y2};
            found.add(new Found(box, frame.toFrame(corners, detector().bits(), 0)));
        }
        return found;
    }

    /** The boxes in the network's input; the model's bytes are the network's plus 128. */
    static Detector.Box[] decode(byte[][] outputs) {
        byte[][] values = new byte[outputs.length][];
        for (int i = 0; i < outputs.length; i++) {
            values[i] = new byte[outputs[i].length];
            for (int j = 0; j < values[i].length; j++) {
                values[i][j] = (byte) (outputs[i][j] ^ 0x80);
            }
        }
        return detector().detect(values);
    }
}
