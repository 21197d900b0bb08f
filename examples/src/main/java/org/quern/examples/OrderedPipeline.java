package org.quern.examples;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.quern.padata.Completion;
import org.quern.padata.CpuMask;
import org.quern.padata.Job;
import org.quern.padata.Padata;
import org.quern.padata.PadataOptions;
import org.quern.padata.PadataStats;
import org.quern.padata.Shell;
import org.quern.padata.ShellOptions;
import org.quern.padata.SlotShell;
import org.quern.padata.Worker;

/**
 * padata at work: lines are hashed on all CPUs and come out in order; some jobs fail and say so in their place; some are
 * completed later by other threads. Prints a digest chain (which only comes out right if the order is right) and what
 * the workers did.
 */
public final class OrderedPipeline {
    private OrderedPipeline() {}

    /**
     * Runs the parts.
     *
     * @param args none
     * @throws Exception if a part goes wrong
     */
    public static void main(String[] args) throws Exception {
        firstSteps();
        chain(200_000);
        deferred();
        System.out.println("slots: " + slots(100_000) + " numbers in order, no job was brought");
        System.out.println("masks: " + masks());
    }

    /** Ten lines that fit a README. */
    static void firstSteps() {
        // @formatter:off
        // snippet: readme-padata
        try (Padata padata = Padata.open(PadataOptions.defaults()); Shell shell = padata.newShell()) {
            for (int i = 1; i <= 5; i++) {
                int n = i;
                shell.submit(new Job() {
                    long square;
                    @Override protected void parallel(Worker worker) { square = (long) n * n; } // anywhere, any order
                    @Override protected void serial() { System.out.println(n + "^2 = " + square); } // in order
                });
            }
        }
        // end: readme-padata
        // @formatter:on
    }

    // snippet: padata-job
    /** A job that is used again and again: allocates nothing once it is there. */
    private static final class HashJob extends Job {
        final byte[] line = new byte[32];
        final byte[] digest = new byte[32];
        int number;
        private final Chain chain;

        HashJob(Chain chain) {
            this.chain = chain;
        }

        @Override
        protected void parallel(Worker worker) throws Exception {
            if (number % 1000 == 999) {
                throw new IllegalArgumentException("line " + number + " is not for hashing");
            }
            MessageDigest sha = worker.context(MessageDigest.class); // this worker's own, no thread-local
            sha.update(line);
            sha.digest(digest, 0, digest.length);
        }

        @Override
        protected void serial() throws Exception {
            chain.append(digest);
        }

        @Override
        protected void failed(Throwable cause) {
            chain.skipped++; // in its place: everything before it is in the chain, nothing behind it
        }
    }
    // end: padata-job

    /** Each link hashes the one before: any change of order changes the end. Plain fields: serial phases are ordered. */
    private static final class Chain {
        private final MessageDigest sha = sha256();
        private byte[] link = new byte[32];
        int skipped;

        void append(byte[] digest) {
            sha.update(link);
            link = sha.digest(digest);
        }
    }

    private static void chain(int lines) {
        Chain chain = new Chain();
        long start = System.nanoTime();
        // snippet: padata-open
        PadataOptions options = PadataOptions.defaults().named("hash").workerContext(OrderedPipeline::sha256);
        Padata padata = Padata.open(options);
        Shell shell = padata.newShell();
        // end: padata-open
        HashJob[] jobs = new HashJob[2 * shell.capacity()];
        for (int i = 0; i < lines; i++) {
            HashJob job = jobs[i % jobs.length];
            if (job == null) {
                job = jobs[i % jobs.length] = new HashJob(chain);
            }
            job.number = i;
            fill(job.line, i);
            // snippet: padata-submit
            if (!shell.submit(job).accepted()) {
                throw new IllegalStateException("closed under us");
            }
            // end: padata-submit
        }
        padata.close();
        long nanos = System.nanoTime() - start;
        PadataStats stats = padata.stats();
        System.out.printf("%,d lines in %d ms, %,d skipped in their place; chain ends in %s, %s%n", lines,
                TimeUnit.NANOSECONDS.toMillis(nanos), chain.skipped,
                HexFormat.of().formatHex(chain.link).substring(0, 16),
                java.util.Arrays.equals(chain.link, serially(lines)) ? "as a serial loop's does" : "WRONG");
        System.out.printf("jobs per worker %s, by the submitter %,d, deepest reordering %d%n", stats.parallelJobs(),
                stats.inlineRuns(), stats.deepestReordering());
    }

    private static byte[] serially(int lines) {
        Chain chain = new Chain();
        MessageDigest sha = sha256();
        byte[] line = new byte[32];
        for (int i = 0; i < lines; i++) {
            if (i % 1000 != 999) {
                fill(line, i);
                chain.append(sha.digest(line));
            }
        }
        return chain.link;
    }

    private static void fill(byte[] line, int number) {
        byte[] text = ("line " + number).getBytes(StandardCharsets.US_ASCII);
        java.util.Arrays.fill(line, (byte) 0);
        System.arraycopy(text, 0, line, 0, text.length);
    }

    private static void deferred() {
        StringBuilder order = new StringBuilder();
        try (Padata padata = Padata.open(PadataOptions.defaults()); Shell shell = padata.newShell()) {
            for (int i = 0; i < 10; i++) {
                int number = i;
                shell.submit(new Job() {
                    // snippet: padata-defer
                    @Override
                    protected void parallel(Worker worker) {
                        Completion completion = worker.defer(); // returning no longer completes the job
                        CompletableFuture.delayedExecutor(10 - number, TimeUnit.MILLISECONDS)
                                .execute(completion::complete); // this does, from a thread of somebody else's
                    }
                    // end: padata-defer

                    @Override
                    protected void serial() {
                        order.append(number);
                    }
                });
            }
        }
        System.out.println("completed last to first, delivered " + order);
    }

    // snippet: padata-slot-job
    /** A job that lives in a slot: made once, filled in again and again. */
    private static final class Square extends Job {
        int number;
        private final long[] sum;
        private long square;

        Square(long[] sum) {
            this.sum = sum;
        }

        @Override
        protected void parallel(Worker worker) {
            square = (long) number * number;
        }

        @Override
        protected void serial() {
            sum[0] = number == sum[1]++ ? sum[0] + square : -1; // plain: serial phases are ordered
        }
    }
    // end: padata-slot-job

    private static long slots(int count) {
        long[] sum = new long[2];
        try (Padata padata = Padata.open(PadataOptions.defaults())) {
            // snippet: padata-slots
            SlotShell<Square> slots = padata.newSlotShell(ShellOptions.defaults(), () -> new Square(sum));
            for (int i = 0; i < count; i++) {
                Square next = slots.claim(); // with the ring full this helps, as submit does
                if (next == null) {
                    throw new IllegalStateException("refused: " + slots.refusal().result());
                }
                next.number = i;
                if (i % 32 == 31 || i == count - 1) {
                    slots.publish(); // all that were claimed, at once
                }
            }
            // end: padata-slots
        }
        long squares = (count - 1L) * count * (2L * count - 1) / 6;
        return sum[0] == squares ? sum[1] : -1;
    }

    private static String masks() {
        // snippet: padata-mask
        CpuMask mask = CpuMask.parse("80,00000001", 40); // as in parallel_cpumask: CPUs 0 and 39 of 40
        String text = mask.format(40);
        // end: padata-mask
        return mask + " is " + text.trim();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
