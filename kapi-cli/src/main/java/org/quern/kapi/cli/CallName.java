package org.quern.kapi.cli;

import java.util.List;

import org.quern.kapi.CallSpec;
import org.quern.kapi.Catalog;

/** A name on the command line, looked up. */
final class CallName {
    private CallName() {}

    /** The declaration of a name, or an exception that says which names are near. */
    static CallSpec find(String name) {
        Catalog catalog = Catalog.load();
        return catalog.find(name).orElseThrow(() -> new IllegalArgumentException(
                "no call '" + name + "' is declared" + suggestion(catalog, name)));
    }

    private static String suggestion(Catalog catalog, String name) {
        List<String> near = catalog.calls().stream().map(CallSpec::name).filter(n -> distance(n, name) <= 2).toList();
        return near.isEmpty() ? "; 'kapi list' prints all" : "; did you mean " + String.join(" or ", near) + "?";
    }

    /** How many letters have to be added, removed or replaced: Levenshtein's distance, row by row. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
