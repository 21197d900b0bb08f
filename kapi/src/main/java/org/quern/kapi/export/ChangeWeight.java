package org.quern.kapi.export;

import java.util.regex.Pattern;

/** What a difference means to a caller, judged by where it is. */
final class ChangeWeight {
    private static final Pattern WORDS = Pattern.compile(
            ".*\\.(text|what|summary|since|version|details|condition|rule|recipe|untested|shows)$|.*\\.prose\\..*");
    private static final Pattern PARAM = Pattern.compile("[^.]+\\.signature\\.params\\.[^.]+");
    private static final Pattern RULE = Pattern.compile(
            ".*\\.constraints\\.[^.]+$|[^.]+\\.signature\\.relations\\.[^.]+");
    private static final Pattern CHOICES = Pattern.compile(".*\\.(known|bits)\\.entries\\.[^.]+$");
    private static final Pattern LOWER_BOUND = Pattern.compile(
            ".*\\.constraints\\..*\\.(min|minBytes|lowest|bytes|bytesEach)$");
    private static final Pattern UPPER_BOUND = Pattern.compile(".*\\.constraints\\..*\\.(max|maxBytes|highest|per)$");
    private static final Pattern SHAPE = Pattern.compile(
            "[^.]+\\.signature\\..*\\.(type|kind|direction|is|value)$|[^.]+\\.structures\\..*\\.(offset|size|type|count)$"
                    + "|[^.]+\\.signature\\.result\\..*");

    private ChangeWeight() {}

    /** Something is there that was not. */
    static Change.Weight added(String path) {
        boolean stricter = PARAM.matcher(path).matches() || RULE.matcher(path).matches();
        return stricter ? Change.Weight.BREAKING : other(path);
    }

    /** Something is gone. */
    static Change.Weight removed(String path) {
        boolean stricter = PARAM.matcher(path).matches() || CHOICES.matcher(path).matches();
        return stricter ? Change.Weight.BREAKING : other(path);
    }

    /** Something is different. */
    static Change.Weight changed(String path, Json before, Json after) {
        if (WORDS.matcher(path).matches()) {
            return Change.Weight.WORDS;
        }
        boolean narrower = (LOWER_BOUND.matcher(path).matches() && compare(before, after) < 0)
                || (UPPER_BOUND.matcher(path).matches() && compare(before, after) > 0);
        return narrower || SHAPE.matcher(path).matches() ? Change.Weight.BREAKING : Change.Weight.BEHAVIOUR;
    }

    private static Change.Weight other(String path) {
        return WORDS.matcher(path).matches() ? Change.Weight.WORDS : Change.Weight.BEHAVIOUR;
    }

    /** Two numbers; addresses compare as unsigned ones do, because both are of one sign in practice. */
    private static int compare(Json before, Json after) {
        return before instanceof Json.Num old && after instanceof Json.Num now
                ? Long.compare(old.value(), now.value())
                : 0;
    }
}
