package dev.espalier.models.template_name;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.List;

/** Decodes the build's known outputs again: every box must be the build's, number by number. */
public final class SelfTestBoxes {
    private SelfTestBoxes() {}

    /** One sentence per failure; empty when everything is as it must be. */
    public static List<String> run() throws IOException {
        return new Replay().failures;
    }

    /** Ends with status 1 when a box is another. */
    public static void main(String[] arguments) throws IOException {
        Replay replay = new Replay();
        String said = replay.boxes + " boxes of " + replay.outputs + " known outputs";
        System.out.println(replay.failures.isEmpty() ? "passed: " + said : "FAILED " + replay.failures + ": " + said);
        System.exit(replay.failures.isEmpty() && replay.outputs > 0 ? 0 : 1);
    }

    private static final class Replay {
        final List<String> failures = new ArrayList<String>();
        int outputs;
        int boxes;
        private int[] sizes = {};

        Replay() throws IOException {
            InputStream stream = SelfTestBoxes.class.getResourceAsStream("golden/boxes.tsv");
            if (stream == null) {
                throw new IOException("golden/boxes.tsv is not on the class path");
            }
            BufferedReader lines = new BufferedReader(new InputStreamReader(stream, "UTF-8"));
            try {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    String[] fields = line.split("\t");
                    if ("sizes".equals(fields[0])) {
                        sizes = numbers(fields);
                    } else if ("outputs".equals(fields[0])) {
                        replay(fields[1], fields[2], numbers(lines.readLine().split("\t")));
                    }
                }
            } finally {
                lines.close();
            }
        }

        private void replay(String name, String hexadecimal, int[] wanted) {
            byte[][] values = new byte[sizes.length][];
            int at = 0;
            for (int i = 0; i < sizes.length; i++) {
                values[i] = new byte[sizes[i]];
                for (int j = 0; j < sizes[i]; j++, at += 2) {
                    values[i][j] = (byte) Integer.parseInt(hexadecimal.substring(at, at + 2), 16);
                }
            }
            Detector.Box[] found = Boxes.decode(values);
            boolean same = 7 * found.length == wanted.length;
            for (int i = 0; i < found.length && same; i++) {
                Detector.Box box = found[i];
                int[] row = {box.x1, box.y1, box.x2, box.y2, box.score, box.label, box.anchor};
                for (int j = 0; j < row.length; j++) {
                    same &= row[j] == wanted[7 * i + j];
                }
            }
            outputs++;
            boxes += found.length;
            if (!same) {
                failures.add("outputs " + name + " are decoded to other boxes than the build's");
            }
        }

        /** The numbers behind the first field. */
        private static int[] numbers(String[] fields) {
            int[] numbers = new int[fields.length - 1];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = Integer.parseInt(fields[i + 1]);
            }
            return numbers;
        }
    }
}
