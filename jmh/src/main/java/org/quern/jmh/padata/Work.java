package org.quern.jmh.padata;

import java.security.GeneralSecurityException;

import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

import org.openjdk.jmh.infra.Blackhole;

/** What a job does in its parallel phase, and the state each worker needs for it. */
public enum Work {
    /** Nothing: what remains is the pipeline. */
    EMPTY,
    /** About 200 ns of arithmetic. */
    SPIN_200NS,
    /** AES-GCM of 576 bytes, the average packet of an IMIX mix; Cipher.init allocates about 900 bytes a job. */
    AES_GCM_576;

    /** Tokens of Blackhole.consumeCPU that take about 200 ns here; measured once. */
    private static final long TOKENS = calibrate();

    /** Cipher and buffers of one worker. */
    static final class Context {
        private final Cipher cipher;
        private final SecretKeySpec key = new SecretKeySpec(new byte[16], "AES");
        private final byte[] nonce = new byte[12];
        private final byte[] in = new byte[576];
        private final byte[] out = new byte[576 + 16];
        private long counter;

        Context() {
            try {
                cipher = Cipher.getInstance("AES/GCM/NoPadding");
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        private int encrypt() {
            try {
                counter++;
                for (int i = 0; i < 8; i++) {
                    nonce[i] = (byte) (counter >>> 8 * i);
                }
                cipher.init(Cipher.ENCRYPT_MODE, key, new GCMParameterSpec(128, nonce));
                return cipher.doFinal(in, 0, in.length, out);
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    void run(Context context) {
        switch (this) {
            case EMPTY -> {
            }
            case SPIN_200NS -> Blackhole.consumeCPU(TOKENS);
            case AES_GCM_576 -> context.encrypt();
        }
    }

    private static long calibrate() {
        long tokens = 20;
        double best = Double.MAX_VALUE;
        for (int round = 0; round < 200; round++) {
            long start = System.nanoTime();
            for (int i = 0; i < 1000; i++) {
                Blackhole.consumeCPU(tokens);
            }
            best = Math.min(best, (System.nanoTime() - start) / 1000.0);
        }
        return Math.max(1, Math.round(tokens * 200 / best));
    }
}
