package org.quern.examples.report;

import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * A line on a terminal that shows how far a run is, drawn anew five times a second by a thread of its own and wiped at the end.
 * It appears only after a second, and never where the output is not a terminal.
 */
public final class ProgressBar implements AutoCloseable {
    private static final int WIDTH = 30;
    private static final long DELAY_MILLIS = 1_000;
    private static final long PERIOD_MILLIS = 200;

    private final PrintStream terminal;
    private final LongSupplier done;
    private final long total;
    private final LongSupplier packets;
    private final long start = System.nanoTime();
    private final Thread painter = new Thread(this::paint, "progress-bar");
    /** Written by the painter, read after it was joined. */
    private int painted;

    private ProgressBar(PrintStream terminal, LongSupplier done, long total, LongSupplier packets) {
        this.terminal = terminal;
        this.done = done;
        this.total = total;
        this.packets = packets;
        painter.setDaemon(true);
    }

    /**
     * Begins to show progress.
     *
     * @param terminal where to draw
     * @param done how much is done, read by another thread
     * @param total how much there is
     * @param packets number of packets delivered, read by another thread
     * @return the bar; close it before printing anything else
     */
    public static ProgressBar show(PrintStream terminal, LongSupplier done, long total, LongSupplier packets) {
        ProgressBar bar = new ProgressBar(terminal, done, total, packets);
        bar.painter.start();
        return bar;
    }

    private void paint() {
        try {
            Thread.sleep(DELAY_MILLIS);
            while (true) {
                String line = line();
                terminal.print("\r" + line + " ".repeat(Math.max(0, painted - line.length())));
                terminal.flush();
                painted = line.length();
                Thread.sleep(PERIOD_MILLIS);
            }
        } catch (InterruptedException e) {
            // close() ends the bar this way
        }
    }

    private String line() {
        double share = Math.min(1, done.getAsLong() / (double) total);
        int full = (int) (share * WIDTH);
        double seconds = (System.nanoTime() - start) / 1e9;
        long count = packets.getAsLong();
        return String.format(Locale.ROOT, "[%s%s] %3.0f %%  %,d packets  %,.0f/s", "#".repeat(full),
                ".".repeat(WIDTH - full),
                100 * share, count, count / seconds);
    }

    /** Wipes the bar. */
    @Override
    public void close() {
        painter.interrupt();
        boolean interrupted = false;
        while (painter.isAlive()) {
            try {
                painter.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (painted > 0) {
            terminal.print("\r" + " ".repeat(painted) + "\r");
            terminal.flush();
        }
    }
}
