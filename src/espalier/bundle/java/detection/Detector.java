package dev.espalier.models.template_name;

import java.io.DataInputStream;
import java.io.IOException;
import java.util.Arrays;

/**
 * From the network's raw int8 outputs to boxes, in integer arithmetic: equal to the build's own decode number by number.
 */
public final class Detector {
    private static final long SURE = 1L << 31;
    private static final int SIZE = 0;
    private static final int DISTANCE = 1;

    /** One box that was found; corners in pixels of the network's input times 2^bits. */
    public static final class Box implements Comparable<Box> {
        /** Corners: left, top, right, bottom. */
        public int x1;
        public int y1;
        public int x2;
        public int y2;
        /** Confidence times 2^31. */
        public final int score;
        /** Class, from 0. */
        public final int label;
        /** Which anchor found it. */
        public final int anchor;

        Box(int score, int label, int anchor) {
            this.score = score;
            this.label = label;
            this.anchor = anchor;
        }

        /** The best first; of equals the first anchor, then the first class. */
        @Override
        public int compareTo(Box other) {
            if (score != other.score) {
                return Integer.compare(other.score, score);
            }
            return anchor != other.anchor ? Integer.compare(anchor, other.anchor) : Integer.compare(label, other.label);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Box && compareTo((Box) other) == 0;
        }

        @Override
        public int hashCode() {
            return 31 * anchor + label;
        }

        long area() {
            return (long) (x2 - x1) * (y2 - y1);
        }
    }

    /** Element start + anchor * step of an output; output -1: there is none. */
    private static final class Column {
        final int output;
        final int start;
        final int step;

        Column(DataInputStream in) throws IOException {
            output = in.readInt();
            start = in.readInt();
            step = in.readInt();
        }

        int at(byte[][] outputs, int anchor, int beside) {
            return outputs[output][start + anchor * step + beside];
        }
    }

    private static final class Level {
        int rows;
        int columns;
        int stepX;
        int stepY;
        int[][] anchors;
        final Column[] box = new Column[4];
        Column scores;
        Column background;
        Column objectness;
        final int[] boxTables = new int[4];
        int scoreTable;
        int objectnessTable;
        int least;
        int leastObjectness;

        int count() {
            return rows * columns * anchors.length;
        }
    }

    private final int outputs;
    private final int width;
    private final int height;
    private final int bits;
    private final int shape;
    private final int bins;
    private final int classes;
    private final int threshold;
    private final int over;
    private final int under;
    private final int room;
    private final int most;
    private final boolean byStep;
    private final boolean softmax;
    private final boolean peaks;
    private final boolean everyClass;
    private final boolean perClass;
    private final Level[] levels;
    private final int[][] tables;

    /**
     * Reads the detector of a model.
     *
     * @param in its integers, four bytes each, the highest first
     * @throws IOException when they end too early
     */
    public Detector(DataInputStream in) throws IOException {
        outputs = in.readInt();
        width = in.readInt();
        height = in.readInt();
        bits = in.readInt();
        shape = in.readInt();
        bins = in.readInt();
        classes = in.readInt();
        threshold = in.readInt();
        over = in.readInt();
        under = in.readInt();
        room = in.readInt();
        most = in.readInt();
        byStep = in.readInt() != 0;
        softmax = in.readInt() != 0;
        peaks = in.readInt() != 0;
        everyClass = in.readInt() != 0;
        perClass = in.readInt() != 0;
        levels = new Level[in.readInt()];
        tables = new int[in.readInt()][256];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = level(in);
        }
        for (int[] table : tables) {
            for (int i = 0; i < table.length; i++) {
                table[i] = in.readInt();
            }
        }
    }

    private static Level level(DataInputStream in) throws IOException {
        Level level = new Level();
        level.rows = in.readInt();
        level.columns = in.readInt();
        level.stepX = in.readInt();
        level.stepY = in.readInt();
        level.anchors = new int[in.readInt()][4];
        for (int[] anchor : level.anchors) {
            for (int i = 0; i < 4; i++) {
                anchor[i] = in.readInt();
            }
        }
        for (int i = 0; i < 4; i++) {
            level.box[i] = new Column(in);
        }
        level.scores = new Column(in);
        level.background = new Column(in);
        level.objectness = new Column(in);
        for (int i = 0; i < 4; i++) {
            level.boxTables[i] = in.readInt();
        }
        level.scoreTable = in.readInt();
        level.objectnessTable = in.readInt();
        level.least = in.readInt();
        level.leastObjectness = in.readInt();
        return level;
    }

    /** Bits of a corner below a pixel. */
    public int bits() {
        return bits;
    }

    /**
     * Finds the boxes of one image, the best first.
     *
     * @param values the network's int8 outputs in its order, flat
     * @throws IllegalArgumentException when there are more or fewer outputs than the model has
     */
    public Box[] detect(byte[][] values) {
        if (values.length != outputs) {
            throw new IllegalArgumentException("the model has " + outputs + " outputs, not " + values.length);
        }
        Candidates found = new Candidates(room);
        int first = 0;
        for (Level level : levels) {
            for (int anchor = 0; anchor < level.count(); anchor++) {
                if (mayPass(level, values, anchor)) {
                    consider(level, values, anchor, first, found);
                }
            }
            first += level.count();
        }
        Box[] boxes = found.sorted();
        int count = 0;
        for (Box box : boxes) {
            if (locate(values, box)) {
                boxes[count++] = box;
            }
        }
        boxes = Arrays.copyOf(boxes, count);
        return shape == SIZE || shape == DISTANCE ? suppressed(boxes) : merged(boxes);
    }

    /** The best boxes, as many as there is room for: a heap with the last in order on top. */
    private static final class Candidates {
        final java.util.PriorityQueue<Box> boxes;
        final int room;

        Candidates(int room) {
            this.room = room;
            boxes = new java.util.PriorityQueue<>(room + 1, java.util.Collections.<Box>reverseOrder());
        }

        void add(Box box) {
            boxes.add(box);
            if (boxes.size() > room) {
                boxes.remove();
            }
        }

        Box[] sorted() {
            Box[] result = boxes.toArray(new Box[0]);
            Arrays.sort(result);
            return result;
        }
    }

    /** Whether it is worth to compute an anchor's scores. */
    private boolean mayPass(Level level, byte[][] values, int anchor) {
        if (level.objectness.output >= 0) {
            return level.objectness.at(values, anchor, 0) >= level.leastObjectness;
        }
        int least = level.least;
        if (softmax && level.background.output >= 0) {
            least += level.background.at(values, anchor, 0);
        }
        byte[] scores = values[level.scores.output];
        int at = level.scores.start + anchor * level.scores.step;
        for (int i = at; i < at + classes; i++) {
            if (scores[i] >= least) {
                return true;
            }
        }
        return false;
    }

    private void consider(Level level, byte[][] values, int anchor, int first, Candidates found) {
        int[] table = tables[level.scoreTable];
        int start = 0;
        int end = classes;
        if (!everyClass) {
            for (int i = 1; i < classes; i++) {
                if (level.scores.at(values, anchor, i) > level.scores.at(values, anchor, start)) {
                    start = i;
                }
            }
            end = start + 1;
        }
        int largest = 0;
        long sum = 0;
        if (softmax) {
            boolean ground = level.background.output >= 0;
            largest = ground ? level.background.at(values, anchor, 0) : -128;
            for (int i = 0; i < classes; i++) {
                largest = Math.max(largest, level.scores.at(values, anchor, i));
            }
            for (int i = 0; i < classes; i++) {
                sum += table[largest - level.scores.at(values, anchor, i)];
            }
            sum += ground ? table[largest - level.background.at(values, anchor, 0)] : 0;
        }
        for (int label = start; label < end; label++) {
            int value = level.scores.at(values, anchor, label);
            long score = softmax ? ((long) table[largest - value] << 31) / sum : table[value + 128];
            if (level.objectness.output >= 0) {
                long object = tables[level.objectnessTable][level.objectness.at(values, anchor, 0) + 128];
                score = object * score + SURE / 2 >> 31;
            }
            score = Math.min(score, SURE - 1);
            if (score >= threshold && (!peaks || isPeak(level, values, anchor, label))) {
                found.add(new Box((int) score, label, first + anchor));
            }
        }
    }

    private static boolean isPeak(Level level, byte[][] values, int anchor, int label) {
        int value = level.scores.at(values, anchor, label);
        int row = anchor / level.columns;
        int column = anchor % level.columns;
        for (int y = Math.max(0, row - 1); y <= Math.min(level.rows - 1, row + 1); y++) {
            for (int x = Math.max(0, column - 1); x <= Math.min(level.columns - 1, column + 1); x++) {
                if (level.scores.at(values, y * level.columns + x, label) > value) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Finds the corners; returns whether there is any area between them. */
    private boolean locate(byte[][] values, Box box) {
        int anchor = box.anchor;
        int number = 0;
        while (anchor >= levels[number].count()) {
            anchor -= levels[number++].count();
        }
        Level level = levels[number];
        int cell = anchor / level.anchors.length;
        int[] own = level.anchors[anchor % level.anchors.length];
        long x = (long) (cell % level.columns) * level.stepX + own[0];
        long y = (long) (cell / level.columns) * level.stepY + own[1];
        if (shape == DISTANCE) {
            box.x1 = clipped(x - side(level, values, anchor, 0, level.stepX) + 128 >> 8, width);
            box.y1 = clipped(y - side(level, values, anchor, 1, level.stepY) + 128 >> 8, height);
            box.x2 = clipped(x + side(level, values, anchor, 2, level.stepX) + 128 >> 8, width);
            box.y2 = clipped(y + side(level, values, anchor, 3, level.stepY) + 128 >> 8, height);
        } else {
            long wide = own[2];
            long tall = own[3];
            if (shape == SIZE) {
                x += factor(level, values, anchor, 0, byStep ? level.stepX : wide);
                y += factor(level, values, anchor, 1, byStep ? level.stepY : tall);
                wide = factor(level, values, anchor, 2, wide);
                tall = factor(level, values, anchor, 3, tall);
            }
            box.x1 = clipped(2 * x - wide + 256 >> 9, width);
            box.y1 = clipped(2 * y - tall + 256 >> 9, height);
            box.x2 = clipped(2 * x + wide + 256 >> 9, width);
            box.y2 = clipped(2 * y + tall + 256 >> 9, height);
        }
        return box.x2 > box.x1 && box.y2 > box.y1;
    }

    private long factor(Level level, byte[][] values, int anchor, int number, long by) {
        return tables[level.boxTables[number]][level.box[number].at(values, anchor, 0) + 128] * by + 32768 >> 16;
    }

    /** Mean bin of a row of logits, times the step. */
    private long side(Level level, byte[][] values, int anchor, int number, int step) {
        int[] share = tables[level.boxTables[number]];
        Column column = level.box[number];
        int largest = -128;
        for (int i = 0; i < bins; i++) {
            largest = Math.max(largest, column.at(values, anchor, i));
        }
        long sum = 0;
        long weighted = 0;
        for (int i = 0; i < bins; i++) {
            int part = share[largest - column.at(values, anchor, i)];
            sum += part;
            weighted += (long) part * i;
        }
        long mean = (weighted / sum << 11) + ((weighted % sum << 11) + sum / 2) / sum;
        return mean * step + 1024 >> 11;
    }

    private static int clipped(long edge, int most) {
        return (int) Math.max(0, Math.min(most, edge));
    }

    private Box[] suppressed(Box[] boxes) {
        int kept = 0;
        for (Box box : boxes) {
            boolean free = kept < most;
            for (int j = 0; j < kept && free && under != 0; j++) {
                free = perClass && boxes[j].label != box.label || !overlaps(boxes[j], box);
            }
            if (free) {
                boxes[kept++] = box;
            }
        }
        return Arrays.copyOf(boxes, kept);
    }

    private boolean overlaps(Box a, Box b) {
        long x = Math.min(a.x2, b.x2) - Math.max(a.x1, b.x1);
        long y = Math.min(a.y2, b.y2) - Math.max(a.y1, b.y1);
        return x > 0 && y > 0 && x * y * (over + under) > (a.area() + b.area()) * over;
    }

    /** Neighbours of a class become the box around them, under the better one's score. */
    private Box[] merged(Box[] boxes) {
        int count = boxes.length;
        boolean again = true;
        while (again) {
            again = false;
            for (int i = 0; i < count; i++) {
                for (int j = i + 1; j < count; j++) {
                    Box a = boxes[i];
                    Box b = boxes[j];
                    if (a.label != b.label || a.x1 > b.x2 || b.x1 > a.x2 || a.y1 > b.y2 || b.y1 > a.y2) {
                        continue;
                    }
                    a.x1 = Math.min(a.x1, b.x1);
                    a.y1 = Math.min(a.y1, b.y1);
                    a.x2 = Math.max(a.x2, b.x2);
                    a.y2 = Math.max(a.y2, b.y2);
                    System.arraycopy(boxes, j + 1, boxes, j, count - j - 1);
                    count--;
                    j--;
                    again = true;
                }
            }
        }
        return Arrays.copyOf(boxes, Math.min(count, most));
    }
}
