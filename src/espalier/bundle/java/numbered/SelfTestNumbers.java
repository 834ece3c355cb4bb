package dev.espalier.models.template_name;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.List;

/** Replays numbers that the build turned into bytes. */
public final class SelfTestNumbers {
    private SelfTestNumbers() {}

    /** @return a sentence for each row of numbers that becomes other bytes than in the build */
    public static List<String> run() throws IOException {
        List<String> failures = new ArrayList<String>();
        replay(failures);
        return failures;
    }

    /** Ends with status 1 when a row fails. */
    public static void main(String[] arguments) throws IOException {
        List<String> failures = new ArrayList<String>();
        int rows = replay(failures);
        System.out.println((failures.isEmpty() ? "passed: " : "FAILED " + failures + ": ") + rows + " rows of numbers");
        System.exit(failures.isEmpty() && rows > 0 ? 0 : 1);
    }

    private static int replay(List<String> failures) throws IOException {
        InputStream stream = SelfTestNumbers.class.getResourceAsStream("golden/numbers.tsv");
        if (stream == null) {
            throw new IOException("golden/numbers.tsv is not on the class path");
        }
        int rows = 0;
        BufferedReader lines = new BufferedReader(new InputStreamReader(stream, "UTF-8"));
        try {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] words = line.split("\t");
                double[] values = new double[words.length - 1];
                for (int i = 0; i < values.length; i++) {
                    values[i] = Double.parseDouble(words[i + 1]);
                }
                StringBuilder found = new StringBuilder();
                for (byte one : Numbers.enter(values)) {
                    found.append(String.format("%02x", one & 0xff));
                }
                rows++;
                if (!found.toString().equals(words[0])) {
                    failures.add("row " + rows + " becomes " + found + ", the build says " + words[0]);
                }
            }
        } finally {
            lines.close();
        }
        return rows;
    }
}
