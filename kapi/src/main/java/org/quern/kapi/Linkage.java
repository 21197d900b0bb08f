package org.quern.kapi;

/**
 * How a declared call reaches the kernel. Most calls have a function of the C library of the same name; some are too new
 * for the library or were never given one and go through {@code syscall} with a number; some are commands of one call
 * with many faces, {@code ioctl} and {@code fcntl}.
 *
 * <pre>
 *   Symbol    mprotect(addr, length, prot)
 *   Syscall   userfaultfd(flags)          -&gt;  syscall(323 | 282, flags)
 *   Command   UFFDIO_COPY(fd, argument)   -&gt;  ioctl(fd, 0xc028aa03, argument)
 * </pre>
 *
 * The C prototypes of {@code open}, {@code syscall}, {@code ioctl} and {@code fcntl} are variadic. Some ABIs pass
 * variadic arguments in another place, so the linkage says where they begin.
 */
public sealed interface Linkage {
    /** What {@code firstVariadic} is where every argument is declared in the prototype. */
    int NOT_VARIADIC = -1;

    /**
     * A function of the C library.
     *
     * @param symbol its name
     * @return the linkage
     */
    static Linkage symbol(String symbol) {
        return new Symbol(symbol, NOT_VARIADIC);
    }

    /**
     * A function of the C library whose prototype ends in {@code ...}.
     *
     * @param symbol its name
     * @param firstVariadic index of the first parameter that stands for the dots
     * @return the linkage
     */
    static Linkage variadic(String symbol, int firstVariadic) {
        return new Symbol(symbol, firstVariadic);
    }

    /**
     * A system call by its number.
     *
     * @param x86 its number on x86-64
     * @param generic its number in the generic table, which aarch64, riscv64 and loongarch64 use
     * @return the linkage
     */
    static Linkage syscall(int x86, int generic) {
        return new Syscall(x86, generic);
    }

    /**
     * A command of {@code ioctl}.
     *
     * @param request the command number of this architecture, 32 bits, unsigned
     * @return the linkage
     */
    static Linkage ioctl(long request) {
        return new Command("ioctl", CType.LONG, request);
    }

    /**
     * A command of {@code fcntl}.
     *
     * @param command the command number
     * @return the linkage
     */
    static Linkage fcntl(int command) {
        return new Command("fcntl", CType.INT, command);
    }

    /**
     * A function of the C library.
     *
     * @param name of the function
     * @param firstVariadic index of the first variadic parameter, or {@link #NOT_VARIADIC}
     */
    record Symbol(String name, int firstVariadic) implements Linkage {
        /**
         * Checks.
         *
         * @param name of the function
         * @param firstVariadic index of the first variadic parameter, or {@link #NOT_VARIADIC}
         * @throws IllegalArgumentException if the name is blank or the index negative
         */
        public Symbol {
            if (name.isBlank() || firstVariadic < NOT_VARIADIC) {
                throw new IllegalArgumentException("name='" + name + "', firstVariadic=" + firstVariadic
                        + ": a symbol has a name, and an index is 0 or more");
            }
        }
    }

    /**
     * A system call by its number, made through {@code syscall}.
     *
     * @param x86 its number on x86-64
     * @param generic its number in the generic table, which aarch64, riscv64 and loongarch64 use
     */
    record Syscall(int x86, int generic) implements Linkage {
        /**
         * Checks.
         *
         * @param x86 its number on x86-64
         * @param generic its number in the generic table
         * @throws IllegalArgumentException if a number is negative
         */
        public Syscall {
            if (x86 < 0 || generic < 0) {
                throw new IllegalArgumentException(
                        "x86=" + x86 + ", generic=" + generic + ": a system call has a number of 0 or more");
            }
        }

        /**
         * The number on an architecture.
         *
         * @param arch as the system property {@code os.arch} names it
         * @return the number, or -1 if no table for the architecture is known here
         */
        public int number(String arch) {
            return switch (arch) {
                case "amd64", "x86_64" -> x86;
                case "aarch64", "riscv64", "loongarch64" -> generic;
                default -> -1;
            };
        }
    }

    /**
     * A command of a call with many faces: its number goes between the first parameter and the others, which are
     * variadic.
     *
     * @param symbol {@code ioctl} or {@code fcntl}
     * @param type how the number is passed
     * @param number the command
     */
    record Command(String symbol, CType type, long number) implements Linkage {
        /**
         * Checks.
         *
         * @param symbol {@code ioctl} or {@code fcntl}
         * @param type how the number is passed
         * @param number the command
         * @throws IllegalArgumentException if the number does not fit into 32 unsigned bits
         */
        public Command {
            if (number >>> 32 != 0) {
                throw new IllegalArgumentException(
                        "number=0x" + Long.toHexString(number) + ": a command is 32 bits, unsigned");
            }
        }
    }
}
