package dev.espalier.models.template_name;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;

/** Asks the library questions that only Java can ask; the Python tests hold the answers against theirs. */
public final class JavaDriver {
    public static void main(String[] arguments) throws IOException {
        DataInputStream in = new DataInputStream(new BufferedInputStream(System.in));
        DataOutputStream out = new DataOutputStream(System.out);
        for (int count = in.readInt(); count > 0; count--) {
            String question = in.readUTF();
            int columns = in.readInt();
            int rows = in.readInt();
            if ("bands".equals(question)) {
                int height = in.readInt();
                int width = in.readInt();
                int channels = in.readInt();
                byte[] bands = new byte[rows * columns * channels];
                in.readFully(bands);
                out.write(Preprocessor.prepare(
                        bands, columns, rows, height, width, channels, "bands", in.readUTF(), in.readUTF()));
                continue;
            }
            int[] argb = new int[rows * columns];
            for (int i = 0; i < argb.length; i++) {
                argb[i] = in.readInt();
            }
            if ("prepare".equals(question)) {
                int height = in.readInt();
                int width = in.readInt();
                out.write(Preprocessor.prepare(
                        argb, columns, rows, height, width, in.readUTF(), in.readUTF(), in.readUTF()));
            } else {
                for (int pixel : Preprocessor.rotate(argb, columns, rows, in.readInt())) {
                    out.writeInt(pixel);
                }
            }
        }
        out.flush();
    }

    static String refusal(Runnable action) {
        try {
            action.run();
            return "no refusal";
        } catch (IllegalArgumentException problem) {
            return problem.getMessage();
        }
    }

    /** Prints what decisions, labels and self-test of the specialised library do. */
    public static final class Facts {
        public static void main(String[] arguments) throws IOException {
            System.out.println(Decision.decide(new byte[] {10, (byte) 200, 46}));
            System.out.println(Decision.decide(new byte[] {64, (byte) 192, 0}));
            System.out.println(Decision.decide(new byte[] {(byte) 128, (byte) 128, 0}).index);
            System.out.println(Arrays.toString(Decision.confidences(new byte[] {0, (byte) 255, 64})));
            System.out.println(refusal(() -> Decision.decide(new byte[2])));
            System.out.println(refusal(() -> Preprocessor.prepare(new int[5], 2, 3)));
            System.out.println(refusal(() -> Preprocessor.prepare(new int[] {0xabcdef}, 1, 1)));
            System.out.println(refusal(() -> Preprocessor.rotate(new int[6], 2, 3, 45)));
            System.out.println(Preprocessor.prepareBuffer(new int[] {-1, 0}, 2, 1).remaining());
            System.out.println(Model.LABELS.size());
            byte[][] known = new byte[arguments.length][];
            for (int i = 0; i < known.length; i++) {
                known[i] = new java.math.BigInteger("1" + arguments[i], 16).toByteArray();
                known[i] = Arrays.copyOfRange(known[i], known[i].length - Model.CLASSES, known[i].length);
            }
            int[] calls = new int[1];
            SelfTest.Runner right = input -> known[calls[0]++ % known.length].clone();
            SelfTest.Runner off = input -> {
                byte[] output = right.run(input);
                output[2] ^= 1;
                return output;
            };
            SelfTest.Runner wrong = input -> new byte[Model.CLASSES - 1];
            System.out.println(SelfTest.run(right));
            System.out.println(SelfTest.run(off));
            System.out.println(SelfTest.run(off, 1));
            System.out.println(SelfTest.run(wrong).failures.size());
        }
    }
}
