package dev.espalier.models.template_name;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Holds the labels as text: one string constant of a class file is at most 65535 bytes long, hence the parts. */
final class Labels {
    private static final String[] PARTS = {
        "@labels-00@", "@labels-01@", "@labels-02@", "@labels-03@",
        "@labels-04@", "@labels-05@", "@labels-06@", "@labels-07@",
        "@labels-08@", "@labels-09@", "@labels-10@", "@labels-11@",
        "@labels-12@", "@labels-13@", "@labels-14@", "@labels-15@",
        "@labels-16@", "@labels-17@", "@labels-18@", "@labels-19@",
        "@labels-20@", "@labels-21@", "@labels-22@", "@labels-23@",
        "@labels-24@", "@labels-25@", "@labels-26@", "@labels-27@",
        "@labels-28@", "@labels-29@", "@labels-30@", "@labels-31@",
        "@labels-32@", "@labels-33@", "@labels-34@", "@labels-35@",
        "@labels-36@", "@labels-37@", "@labels-38@", "@labels-39@",
    };

    private Labels() {}

    /** Every label ends with a line feed; a label never holds one. */
    static List<String> read() {
        List<String> labels = new ArrayList<String>();
        for (String part : PARTS) {
            int start = 0;
            for (int end = part.indexOf('\n'); end >= 0; end = part.indexOf('\n', start)) {
                labels.add(part.substring(start, end));
                start = end + 1;
            }
        }
        return Collections.unmodifiableList(labels);
    }
}
