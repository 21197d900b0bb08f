package org.quern.examples.report;

import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;

import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

import com.sun.management.ThreadMXBean;
import org.quern.examples.esp.EspTunnel;

/**
 * What {@code javax.crypto} itself allocates for packets of the sizes seen: a loop of nothing but {@code init}, {@code updateAAD} and
 * {@code doFinal} over direct buffers, counted by the JVM for its thread. What the gateway allocates beyond it is the gateway's own.
 */
public final class CipherBaseline {
    private static final int MAX_SIZES = 1 << 16;
    private static final int MIN_ROUNDS = 20_000;

    private final int[] sizes = new int[MAX_SIZES];
    private int count;

    /** A baseline that has seen no packet. */
    public CipherBaseline() {}

    /**
     * Remembers the size of a packet; only the first {@value #MAX_SIZES} are.
     *
     * @param innerBytes its length in the clear
     */
    public void note(int innerBytes) {
        if (count < MAX_SIZES) {
            sizes[count++] = innerBytes;
        }
    }

    /**
     * Runs the loop over the sizes seen, after a warm-up over the same.
     *
     * @param decrypt which direction to count
     * @return heap bytes a packet; 0 when no size was seen
     * @throws GeneralSecurityException when the cipher is missing
     */
    public double bytesPerPacket(boolean decrypt) throws GeneralSecurityException {
        if (count == 0) {
            return 0;
        }
        int rounds = Math.max(count, MIN_ROUNDS);
        Loop loop = new Loop(Arrays.copyOf(sizes, count));
        loop.run(rounds, decrypt);
        return loop.run(rounds, decrypt) / (double) rounds;
    }

    /** The loop and its state, apart so that it is compiled as a whole. */
    private static final class Loop {
        private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

        private final int[] sizes;
        private final SecretKey key = new SecretKeySpec(new byte[16], "AES");
        private final byte[] nonce = new byte[12];
        private final ByteBuffer nonceView = ByteBuffer.wrap(nonce);
        private final byte[] aad = new byte[8];
        private final ByteBuffer clear = ByteBuffer.allocateDirect(1 << 17);
        private final ByteBuffer sealed = ByteBuffer.allocateDirect(1 << 17);
        private final Cipher encrypt = Cipher.getInstance("AES/GCM/NoPadding");
        private final Cipher decrypt = Cipher.getInstance("AES/GCM/NoPadding");
        private long iv;

        Loop(int[] sizes) throws GeneralSecurityException {
            this.sizes = sizes;
        }

        /** Heap bytes allocated by the counted calls of this many packets. */
        long run(int rounds, boolean countDecryption) throws GeneralSecurityException {
            long counted = 0;
            for (int i = 0; i < rounds; i++) {
                int bytes = EspTunnel.plaintextBytes(sizes[i % sizes.length]);
                nonceView.putLong(4, ++iv);
                long before = THREADS.getCurrentThreadAllocatedBytes();
                call(encrypt, Cipher.ENCRYPT_MODE, clear, bytes, sealed);
                long after = THREADS.getCurrentThreadAllocatedBytes();
                if (countDecryption) {
                    before = after;
                    call(decrypt, Cipher.DECRYPT_MODE, sealed, bytes + EspTunnel.ICV_BYTES, clear);
                    after = THREADS.getCurrentThreadAllocatedBytes();
                }
                counted += after - before;
            }
            return counted;
        }

        private void call(Cipher cipher, int mode, ByteBuffer from, int bytes, ByteBuffer to)
                throws GeneralSecurityException {
            cipher.init(mode, key, new GCMParameterSpec(8 * EspTunnel.ICV_BYTES, nonce));
            cipher.updateAAD(aad);
            cipher.doFinal(from.limit(bytes).position(0), to.clear());
        }
    }
}
