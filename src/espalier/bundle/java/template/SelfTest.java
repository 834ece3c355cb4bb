package dev.espalier.models.template_name;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Replays the build's golden cases and vectors: the preprocessing alone, or with the model that the app runs. */
public final class SelfTest {
    /** Runs the model on one prepared input; the app's own code, with the interpreter and delegate it uses. */
    public interface Runner {
        /** @return the model's output bytes, one per class */
        byte[] run(byte[] input);
    }

    /** What the self-test found. */
    public static final class Result {
        /** How many golden cases of the preprocessing were replayed. */
        public final int cases;
        /** How many golden camera frames were replayed. */
        public final int frames;
        /** How many golden vectors of the model were replayed. */
        public final int vectors;
        /** Largest distance of an output byte to the nearest recorded kernel set. */
        public final int largestDifference;
        /** One sentence per failure; empty when everything is as it must be. */
        public final List<String> failures;

        Result(int cases, int frames, int vectors, int largestDifference, List<String> failures) {
            this.cases = cases;
            this.frames = frames;
            this.vectors = vectors;
            this.largestDifference = largestDifference;
            this.failures = Collections.unmodifiableList(failures);
        }

        /** True when nothing failed. */
        public boolean passed() {
            return failures.isEmpty();
        }

        @Override
        public String toString() {
            return (passed() ? "passed: " : "FAILED " + failures + ": ") + cases + " preprocessing cases, "
                    + frames + " camera frames, " + vectors + " model vectors, largest difference " + largestDifference;
        }
    }

    private SelfTest() {}

    /** Every output byte must equal one of the recorded kernel sets of LiteRT on a CPU. */
    public static Result run(Runner runner) throws IOException {
        return run(runner, 0);
    }

    /**
     * As {@link #run(Runner)}, for delegates (GPU, NPU) that round differently.
     *
     * @param runner the model, or null to replay the preprocessing alone
     * @param tolerance how far an output byte (1/256 of probability) may be off
     * @throws IOException when the golden files are not on the class path
     */
    public static Result run(Runner runner, int tolerance) throws IOException {
        int cases = 0;
        int frames = 0;
        int vectors = 0;
        int largest = 0;
        List<String> failures = new ArrayList<String>();
        BufferedReader lines = new BufferedReader(new InputStreamReader(open("golden.tsv"), "UTF-8"));
        try {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] fields = line.split("\t");
                if ("case".equals(fields[0])) {
                    cases++;
                    replayCase(fields, failures);
                } else if ("frame".equals(fields[0])) {
                    frames++;
                    replayFrame(fields, failures);
                } else if ("vector".equals(fields[0]) && runner != null) {
                    vectors++;
                    largest = Math.max(largest, replayVector(fields, runner, tolerance, failures));
                }
            }
        } finally {
            lines.close();
        }
        return new Result(cases, frames, vectors, largest, failures);
    }

    /** Replays the preprocessing cases; ends with status 1 when one fails. */
    public static void main(String[] arguments) throws IOException {
        Result result = run(null);
        System.out.println(result);
        System.exit(result.passed() && result.cases > 0 ? 0 : 1);
    }

    private static void replayCase(String[] fields, List<String> failures) throws IOException {
        int rows = Integer.parseInt(fields[2]);
        int columns = Integer.parseInt(fields[3]);
        byte[] rgb = read(fields[4]);
        if (!Arrays.equals(prepared(rgb, columns, rows), read(fields[5]))) {
            failures.add("preprocessing " + fields[1] + " gives other bytes than the build");
        }
    }

    /** A row: file, columns, rows, row stride, those of chroma, degrees, digest of the prepared bytes, sizes of the planes. */
    private static void replayFrame(String[] fields, List<String> failures) throws IOException {
        int[] numbers = new int[6];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = Integer.parseInt(fields[2 + i]);
        }
        byte[] file = read(fields[1]);
        ByteBuffer[] planes = new ByteBuffer[fields.length - 9];
        int at = 0;
        for (int i = 0; i < planes.length; i++) {
            int size = Integer.parseInt(fields[9 + i]);
            planes[i] = ByteBuffer.wrap(file, at, size);
            at += size;
        }
        byte[] prepared = planes.length == 1
                ? CameraImage.prepareRgba(planes[0], numbers[0], numbers[1], numbers[2], numbers[5])
                : CameraImage.prepareYuv(planes[0], planes[1], planes[2], numbers[0], numbers[1], numbers[2], numbers[3],
                        numbers[4], numbers[5]);
        if (!Arrays.equals(digest(prepared), bytes(fields[8]))) {
            failures.add("camera frame " + fields[1] + " gives other bytes than the build");
        }
    }

    private static byte[] digest(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static byte[] prepared(byte[] rgb, int columns, int rows) {
        if ("bands".equals(Model.COLOR)) {
            return Preprocessor.prepare(rgb, columns, rows);
        }
        int[] argb = new int[rows * columns];
        for (int i = 0; i < argb.length; i++) {
            argb[i] = 0xff000000 | (rgb[3 * i] & 0xff) << 16 | (rgb[3 * i + 1] & 0xff) << 8 | rgb[3 * i + 2] & 0xff;
        }
        return Preprocessor.prepare(argb, columns, rows);
    }

    private static int replayVector(String[] fields, Runner runner, int tolerance, List<String> failures)
            throws IOException {
        byte[] output = runner.run(read(fields[2]));
        int nearest = 256;
        for (int i = 3; i < fields.length; i++) {
            nearest = Math.min(nearest, difference(output, bytes(fields[i])));
        }
        if (nearest > tolerance) {
            failures.add("vector " + fields[1] + " is " + nearest + " away from every recorded kernel set");
        }
        return nearest;
    }

    private static int difference(byte[] output, byte[] wanted) {
        int largest = output.length == wanted.length ? 0 : 256;
        for (int i = 0; i < output.length && largest < 256; i++) {
            largest = Math.max(largest, Math.abs((output[i] & 0xff) - (wanted[i] & 0xff)));
        }
        return largest;
    }

    private static byte[] bytes(String hexadecimal) {
        byte[] bytes = new byte[hexadecimal.length() / 2];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(hexadecimal.substring(2 * i, 2 * i + 2), 16);
        }
        return bytes;
    }

    private static InputStream open(String file) throws IOException {
        InputStream stream = SelfTest.class.getResourceAsStream("golden/" + file);
        if (stream == null) {
            throw new IOException("golden/" + file + " is not on the class path");
        }
        return stream;
    }

    private static byte[] read(String file) throws IOException {
        InputStream stream = open(file);
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            byte[] chunk = new byte[8192];
            for (int count = stream.read(chunk); count >= 0; count = stream.read(chunk)) {
                bytes.write(chunk, 0, count);
            }
            return bytes.toByteArray();
        } finally {
            stream.close();
        }
    }
}
