package org.quern.kapi;

import java.util.List;

/**
 * A set of signals that the call holds back or lets through.
 *
 * @param name what it is called
 * @param signals by name
 * @param text what happens to them
 */
public record SignalMask(String name, List<String> signals, String text) {
    /**
     * Checks and copies.
     *
     * @param name what it is called
     * @param signals by name
     * @param text what happens to them
     * @throws IllegalArgumentException if a word is missing or a signal is there twice
     */
    public SignalMask {
        Words.required("signalMask.name", name);
        Words.required("signalMask.text", text);
        signals = List.copyOf(signals);
        if (signals.isEmpty() || signals.stream().distinct().count() != signals.size()) {
            throw new IllegalArgumentException("signalMask.signals=" + signals + ": " + name
                    + " needs at least one signal, and each once");
        }
    }
}
