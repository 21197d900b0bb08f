package org.quern.vmap.slab;

import java.util.Arrays;

/**
 * A stack of ints that grows without copying its elements: chunks of 2^11 ints (8 KiB) behind a directory. A pop far
 * below the top of what was grown gives chunks back to the collector, keeping one spare so that a stack that swings about
 * a chunk's edge does not allocate.
 *
 * <p>
 * Not thread-safe. Cost: a few ns.
 */
final class GrowingStack {
    private static final int CHUNK_SHIFT = 11;
    private static final int CHUNK_INTS = 1 << CHUNK_SHIFT;
    private static final int CHUNK_MASK = CHUNK_INTS - 1;

    private static final int[] EMPTY = {};

    private int[][] chunks = new int[1][];
    private int chunkCount; // chunks[0..chunkCount) are there; of those above topChunk one is kept as a spare
    private int topChunk = -1; // -1: nothing was pushed yet
    private int[] top = EMPTY; // chunks[topChunk], so that push and pop do not go through the directory
    private int inTop; // elements in top; 0 only if the stack is empty

    int size() {
        return (Math.max(topChunk, 0) << CHUNK_SHIFT) + inTop;
    }

    /** Pushes. Whatever it throws, the stack is as before. */
    void push(int value) {
        if (inTop == top.length) {
            advance();
        }
        top[inTop++] = value;
    }

    private void advance() {
        if (topChunk + 1 == chunkCount) {
            if (chunkCount == chunks.length) {
                chunks = Arrays.copyOf(chunks, chunkCount * 2);
            }
            chunks[chunkCount] = new int[CHUNK_INTS];
            chunkCount++;
        }
        topChunk++;
        top = chunks[topChunk];
        inTop = 0;
    }

    boolean isEmpty() {
        return inTop == 0;
    }

    /** The top element of a stack that is not empty. */
    int peek() {
        return top[inTop - 1];
    }

    /** Removes the top element of a stack that is not empty. */
    void pop() {
        inTop--;
        if (inTop == 0 && topChunk > 0) {
            retreat();
        }
    }

    @SuppressWarnings("NullAway") // slots from chunkCount on are null and never read
    private void retreat() {
        topChunk--;
        top = chunks[topChunk];
        inTop = CHUNK_INTS;
        if (chunkCount > topChunk + 2) {
            chunkCount--;
            chunks[chunkCount] = null;
        }
    }

    /** The element at a place, counted from the bottom. */
    int get(int place) {
        return chunks[place >>> CHUNK_SHIFT][place & CHUNK_MASK];
    }

    /** Heap bytes held, without object headers. */
    long heapBytes() {
        return (long) chunkCount * CHUNK_INTS * Integer.BYTES + chunks.length * (long) Long.BYTES;
    }
}
