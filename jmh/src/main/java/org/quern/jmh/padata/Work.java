package org.quern.jmh.padata;

import java.security.GeneralSecurityException;

import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

import org.openjdk.jmh.infra.Blackhole;

/** What a job does in its parallel phase, and the state each worker needs for it. */
public enum Work {
    /** Nothing: what remains is the pipeline. */
    EMPTY(0, 0),
    /** About 200 ns of arithmetic. */
    SPIN_200NS(200, 0),
    /** About 1 us of arithmetic. */
    SPIN_1US(1_000, 0),
    /** About 5 us of arithmetic. */
    SPIN_5US(5_000, 0),
    /** AES-GCM of 64 bytes; like the others, Cipher.init allocates about 900 bytes a job. */
    AES_GCM_64(0, 64),
    /** AES-GCM of 576 bytes, the average packet of an IMIX mix. */
    AES_GCM_576(0, 576),
    /** AES-GCM of 1500 bytes, a full packet. */
    AES_GCM_1500(0, 1500);

    /** Tokens of Blackhole.consumeCPU that take about a microsecond here; measured once. */
    private static final long TOKENS_PER_US = calibrate();
    private static final int MOST_BYTES = 1500;

    private final long nanos;
    private final int bytes;

    Work(long nanos, int bytes) {
        this.nanos = nanos;
        this.bytes = bytes;
    }

    /** Cipher and buffers of one worker. */
    static final class Context {
        private final Cipher cipher;
        private final SecretKeySpec key = new SecretKeySpec(new byte[16], "AES");
        private final byte[] nonce = new byte[12];
        private final byte[] in = new byte[MOST_BYTES];
        private final byte[] out = new byte[MOST_BYTES + 16];
        private long counter;

        Context() {
            try {
                cipher = Cipher.getInstance("AES/GCM/NoPadding");
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        private int encrypt(int bytes) {
            try {
                counter++;
                for (int i = 0; i < 8; i++) {
                    nonce[i] = (byte) (counter >>> 8 * i);
                }
                cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(128, nonce));
                return cipher.doFinal(in, 0, bytes, out);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    void run(Context context) {
        if (bytes > 0) {
            context.encrypt(bytes);
        } else if (nanos > 0) {
            Blackhole.consumeCPU(nanos * TOKENS_PER_US / 1_000);
        }
    }

    private static long calibrate() {
        long tokens = 500;
        double best = Double.MAX_VALUE;
        for (int round = 0; round < 200; round++) {
            long start = System.nanoTime();
            for (int i = 0; i < 100; i++) {
                Blackhole.consumeCPU(tokens);
            }
            best = Math.min(best, (System.nanoTime() - start) / 100.0);
        }
        return Math.max(1, Math.round(tokens * 1_000 / best));
    }
}
