package dev.espalier.models.template_name;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A class for each pixel, of the model's output bytes. Integers only. */
public final class ClassMap {
    private static final String[] WORDS = "@map@".split("\t");
    /** Rows of the map. */
    public static final int ROWS = number(0);
    /** Columns of the map. */
    public static final int COLUMNS = number(1);
    /** Bytes of each pixel in the output; of one, whether it is in the mask. */
    public static final int CHANNELS = number(2);
    private static final int LEAST = number(3);
    /** The class of the alert; -1: none. */
    public static final int ALERT = number(4);
    /** From how many pixels of it there is an alert. */
    public static final int ALERT_PIXELS = number(5);
    /** What the classes are called; cannot be changed. */
    public static final List<String> NAMES = names();

    private ClassMap() {}

    /**
     * The class of each pixel, row by row: the first largest channel.
     *
     * @throws IllegalArgumentException when the output has more or fewer bytes than the map has channels
     */
    public static byte[] paint(byte[] output) {
        byte[] map = new byte[ROWS * COLUMNS];
        if (output.length != map.length * CHANNELS) {
            throw new IllegalArgumentException(
                    "the output has " + output.length + " bytes, the map " + map.length * CHANNELS);
        }
        for (int i = 0; i < map.length; i++) {
            int at = i * CHANNELS;
            if (CHANNELS == 1) {
                map[i] = (byte) ((output[at] & 0xff) >= LEAST ? 1 : 0);
                continue;
            }
            int best = 0;
            for (int channel = 1; channel < CHANNELS; channel++) {
                if ((output[at + channel] & 0xff) > (output[at + best] & 0xff)) {
                    best = channel;
                }
            }
            map[i] = (byte) best;
        }
        return map;
    }

    /** How many pixels of a map each class has, in the order of {@link #NAMES}. */
    public static int[] areas(byte[] map) {
        int[] areas = new int[NAMES.size()];
        for (byte one : map) {
            areas[one & 0xff]++;
        }
        return areas;
    }

    /** Whether the class of the alert has its share of a map. */
    public static boolean alert(byte[] map) {
        return ALERT >= 0 && areas(map)[ALERT] >= ALERT_PIXELS;
    }

    /** The class at a pixel of a picture of rows x columns that the whole map stands for: its nearest neighbour. */
    public static int at(byte[] map, int row, int column, int rows, int columns) {
        int y = (int) ((2L * row + 1) * ROWS / (2L * rows));
        int x = (int) ((2L * column + 1) * COLUMNS / (2L * columns));
        return map[y * COLUMNS + x] & 0xff;
    }

    private static int number(int place) {
        return Integer.parseInt(WORDS[place]);
    }

    private static List<String> names() {
        List<String> names = new ArrayList<String>();
        for (int i = 6; i < WORDS.length; i++) {
            names.add(WORDS[i]);
        }
        return Collections.unmodifiableList(names);
    }
}
