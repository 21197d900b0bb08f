package org.quern.examples.esp;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;

import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-GCM as NIST SP 800-38D writes it down, slowly, from the bare block cipher: the independent path that the gateway's packets are
 * compared with.
 */
final class TextbookGcm {
    private static final int BLOCK = 16;
    /** R of the standard: 11100001 and 120 zeros. */
    private static final BigInteger REDUCTION = BigInteger.valueOf(0b1110_0001).shiftLeft(120);

    private final Cipher block;

    TextbookGcm(byte[] key) throws GeneralSecurityException {
        block = Cipher.getInstance("AES/ECB/NoPadding");
        block.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"));
    }

    /** Ciphertext and, behind it, the 16-byte tag. */
    byte[] seal(byte[] nonce, byte[] aad, byte[] plaintext) throws GeneralSecurityException {
        byte[] counter = Arrays.copyOf(nonce, BLOCK);
        byte[] ciphertext = plaintext.clone();
        for (int at = 0; at < ciphertext.length; at += BLOCK) {
            ByteBuffer.wrap(counter).putInt(12, 2 + at / BLOCK);
            xor(ciphertext, at, block.doFinal(counter));
        }
        ByteBuffer.wrap(counter).putInt(12, 1);
        byte[] tag = hash(aad, ciphertext);
        xor(tag, 0, block.doFinal(counter));
        return ByteBuffer.allocate(ciphertext.length + BLOCK).put(ciphertext).put(tag).array();
    }

    private byte[] hash(byte[] aad, byte[] ciphertext) throws GeneralSecurityException {
        BigInteger h = number(block.doFinal(new byte[BLOCK]));
        BigInteger y = BigInteger.ZERO;
        for (byte[] part : new byte[][]{aad, ciphertext}) {
            for (int at = 0; at < part.length; at += BLOCK) {
                y = multiply(y.xor(number(Arrays.copyOfRange(part, at, at + BLOCK))), h);
            }
        }
        byte[] lengths = ByteBuffer.allocate(BLOCK).putLong(8L * aad.length).putLong(8L * ciphertext.length).array();
        return bytes(multiply(y.xor(number(lengths)), h));
    }

    /** Multiplication in GF(2^128); the first bit of a block is the coefficient of x^0. */
    private static BigInteger multiply(BigInteger x, BigInteger y) {
        BigInteger z = BigInteger.ZERO;
        BigInteger v = y;
        for (int i = 0; i < 128; i++) {
            if (x.testBit(127 - i)) {
                z = z.xor(v);
            }
            v = v.testBit(0) ? v.shiftRight(1).xor(REDUCTION) : v.shiftRight(1);
        }
        return z;
    }

    private static BigInteger number(byte[] block) {
        return new BigInteger(1, block);
    }

    private static byte[] bytes(BigInteger number) {
        byte[] result = new byte[BLOCK];
        byte[] magnitude = number.toByteArray();
        int length = Math.min(BLOCK, magnitude.length);
        System.arraycopy(magnitude, magnitude.length - length, result, BLOCK - length, length);
        return result;
    }

    private static void xor(byte[] target, int at, byte[] with) {
        for (int i = 0; i < BLOCK && at + i < target.length; i++) {
            target[at + i] ^= with[i];
        }
    }
}
