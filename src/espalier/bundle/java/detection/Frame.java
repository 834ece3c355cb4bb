package dev.espalier.models.template_name;

/** Boxes of the network's input as pixels of the picture that {@link Preprocessor} was given, in integers. */
public final class Frame {
    private final int left;
    private final int top;
    private final int takenColumns;
    private final int takenRows;
    private final int atX;
    private final int atY;
    private final int givenColumns;
    private final int givenRows;

    /**
     * The window of a picture.
     *
     * @param columns width of the picture
     * @param rows height of the picture
     * @param height rows of the network's input
     * @param width columns of the network's input
     * @param fit stretch, crop or pad
     */
    public Frame(int columns, int rows, int height, int width, String fit) {
        boolean wide = (long) columns * height > (long) rows * width;
        boolean crop = "crop".equals(fit);
        boolean pad = "pad".equals(fit);
        takenColumns = crop && wide ? rounded((long) rows * width, height) : columns;
        takenRows = crop && !wide ? rounded((long) columns * height, width) : rows;
        left = (columns - takenColumns) / 2;
        top = (rows - takenRows) / 2;
        givenRows = pad && wide ? rounded((long) rows * width, columns) : height;
        givenColumns = pad && !wide ? rounded((long) columns * height, rows) : width;
        atX = (width - givenColumns) / 2;
        atY = (height - givenRows) / 2;
    }

    private static int rounded(long dividend, int divisor) {
        return (int) Math.max(1, (2 * dividend + divisor) / (2L * divisor));
    }

    /**
     * Where a box lies in the picture: left, top, right, bottom.
     *
     * @param box corners in the input, in pixels times 2^inputBits: x1, y1, x2, y2
     * @param inputBits {@link Detector#bits}
     * @param frameBits the corners come in pixels times 2^frameBits; 0: whole pixels
     */
    public int[] toFrame(int[] box, int inputBits, int frameBits) {
        int[] found = new int[4];
        for (int i = 0; i < 4; i += 2) {
            found[i] = scaled(box[i], atX, givenColumns, left, takenColumns, inputBits, frameBits);
            found[i + 1] = scaled(box[i + 1], atY, givenRows, top, takenRows, inputBits, frameBits);
        }
        return found;
    }

    /** The way forward: corners in the picture, in pixels times 2^frameBits, as corners of the input. */
    public int[] toInput(int[] box, int frameBits, int inputBits) {
        int[] found = new int[4];
        for (int i = 0; i < 4; i += 2) {
            found[i] = scaled(box[i], left, takenColumns, atX, givenColumns, frameBits, inputBits);
            found[i + 1] = scaled(box[i + 1], top, takenRows, atY, givenRows, frameBits, inputBits);
        }
        return found;
    }

    private static int scaled(int value, int start, int length, int at, int given, int bits, int wantedBits) {
        long first = (long) start << bits;
        long whole = (long) length << bits;
        long offset = Math.max(0, Math.min(whole, value - first));
        return (int) (((long) at << wantedBits) + (offset * ((long) given << wantedBits) + whole / 2) / whole);
    }
}
