package org.quern.vmap.share;

import org.jspecify.annotations.Nullable;

/**
 * What a shared arena is, as its file says.
 *
 * @param handleBits 32 or 64
 * @param pages how many
 * @param pageBytes the size of a page
 * @param start where it is mapped in every process, or 0 if anywhere
 * @param usesPageZero whether the page whose handle is 0 is handed out
 * @param populates whether an access to a page that is not allocated allocates it
 * @param budgetPages how many may be allocated
 */
public record ArenaHeader(int handleBits, long pages, long pageBytes, long start, boolean usesPageZero,
        boolean populates, long budgetPages) {
    private static final int LAYOUT = 1;
    private static final long USES_PAGE_ZERO = 1;
    private static final long POPULATES = 2;

    /**
     * Where the pages begin in the file; the books are before that.
     *
     * @return bytes
     */
    public long pagesAt() {
        return ControlBlock.bytes(pages, pageBytes);
    }

    /**
     * Writes it into a file of zeros, with books in which all pages are free; all but the magic number.
     *
     * @param block over the file's beginning
     */
    public void write(ControlBlock block) {
        block.setPlain(ControlBlock.AT_LAYOUT, (long) LAYOUT << 32 | handleBits);
        block.setPlain(ControlBlock.AT_PAGES, pages);
        block.setPlain(ControlBlock.AT_PAGE_BYTES, pageBytes);
        block.setPlain(ControlBlock.AT_START, start);
        block.setPlain(ControlBlock.AT_FLAGS, (usesPageZero ? USES_PAGE_ZERO : 0) | (populates ? POPULATES : 0));
        block.setPlain(ControlBlock.AT_BUDGET, budgetPages);
        block.setPlain(ControlBlock.head(0), new Run(0, pages, RunState.FREE, 0, 0).word());
    }

    /**
     * Lets others attach: who sees the magic number sees all that was written before.
     *
     * @param block where it was written
     */
    public static void publish(ControlBlock block) {
        block.setRelease(ControlBlock.AT_MAGIC, ControlBlock.MAGIC); // pairs with the acquire in read
    }

    /**
     * Reads it.
     *
     * @param block over the first page of a file
     * @return null if this is no arena, or one of another layout
     */
    public static @Nullable ArenaHeader read(ControlBlock block) {
        long layout = block.getAcquire(ControlBlock.AT_MAGIC) == ControlBlock.MAGIC // pairs with the release in publish
                ? block.getPlain(ControlBlock.AT_LAYOUT)
                : 0;
        if (layout >>> 32 != LAYOUT) {
            return null;
        }
        long flags = block.getPlain(ControlBlock.AT_FLAGS);
        return new ArenaHeader((int) layout, block.getPlain(ControlBlock.AT_PAGES),
                block.getPlain(ControlBlock.AT_PAGE_BYTES), block.getPlain(ControlBlock.AT_START),
                (flags & USES_PAGE_ZERO) != 0, (flags & POPULATES) != 0, block.getPlain(ControlBlock.AT_BUDGET));
    }
}
