package dev.espalier.models.template_name;

import java.nio.ByteBuffer;

/** Numbers that the model takes beside the image, and the bytes that they become. */
public final class Numbers {
    private static final String[] ROWS = "@numbers@".split("\n");
    /** How many numbers the model takes. */
    public static final int COUNT = ROWS.length;

    private Numbers() {}

    /** What the numbers are called, in their order. */
    public static String[] names() {
        String[] names = new String[COUNT];
        for (int i = 0; i < COUNT; i++) {
            names[i] = ROWS[i].split("\t")[0];
        }
        return names;
    }

    /**
     * The bytes of the inputs behind the image, one input after another. Each value is held to its range.
     *
     * @param values in the units of the training, in the order of {@link #names()}
     * @throws IllegalArgumentException for more or fewer values, or one that is not a number
     */
    public static byte[] enter(double... values) {
        if (values.length != COUNT) {
            throw new IllegalArgumentException(values.length + " numbers, the model takes " + COUNT);
        }
        byte[] bytes = new byte[COUNT];
        for (int i = 0; i < COUNT; i++) {
            bytes[i] = entered(values[i], ROWS[i].split("\t"));
        }
        return bytes;
    }

    /** A buffer for each input behind the image, as an interpreter takes them. */
    public static Object[] buffers(double... values) {
        return cut(enter(values), 0, new Object[inputs()], 0);
    }

    /** A buffer for each input, of a self-test's input: the bytes of the image, then those of the numbers. */
    public static Object[] split(byte[] fed) {
        Object[] found = new Object[1 + inputs()];
        found[0] = buffer(fed, 0, fed.length - COUNT);
        return cut(fed, fed.length - COUNT, found, 1);
    }

    private static Object[] cut(byte[] bytes, int from, Object[] found, int place) {
        int at = 0;
        while (at < COUNT) {
            int end = at + 1;
            while (end < COUNT && input(end).equals(input(at))) {
                end++;
            }
            found[place++] = buffer(bytes, from + at, end - at);
            at = end;
        }
        return found;
    }

    private static int inputs() {
        int count = 1;
        for (int i = 1; i < COUNT; i++) {
            count += input(i).equals(input(i - 1)) ? 0 : 1;
        }
        return count;
    }

    private static String input(int row) {
        return ROWS[row].split("\t")[1];
    }

    private static ByteBuffer buffer(byte[] bytes, int from, int length) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(length);
        buffer.put(bytes, from, length);
        buffer.rewind();
        return buffer;
    }

    private static byte entered(double value, String[] words) {
        if (Double.isNaN(value)) {
            throw new IllegalArgumentException(words[0] + " is not a number");
        }
        double held = Math.min(Math.max(value, Double.parseDouble(words[2])), Double.parseDouble(words[3]));
        float normalised = (float) ((held - Double.parseDouble(words[4])) / Double.parseDouble(words[5]));
        double step = Math.floor(normalised / Double.parseDouble(words[6]) + 0.5) + Integer.parseInt(words[7]);
        return (byte) (int) Math.min(Math.max(step, 0), 255);
    }
}
