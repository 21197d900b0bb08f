package org.quern.kapi.conformance;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.quern.kapi.SpecGaps;

/**
 * A JVM of its own that follows recipes and prints a line for each answer. If it dies, only the recipe it was at is lost:
 * its line "begin" has no answer.
 */
public final class ConformanceChild {
    static final Map<String, Recipe> RECIPES = recipes();

    private ConformanceChild() {}

    private static Map<String, Recipe> recipes() {
        Map<String, Recipe> all = new LinkedHashMap<>();
        Stream.of(MmanRecipes.ALL, MlockRecipes.ALL, FileRecipes.ALL, ProcessRecipes.ALL, UserfaultRecipes.ALL,
                PagemapRecipes.ALL).flatMap(List::stream).forEach(recipe -> {
                    if (all.put(recipe.name(), recipe) != null) {
                        throw new IllegalStateException("two recipes are called " + recipe.name());
                    }
                });
        return all;
    }

    /**
     * Follows recipes.
     *
     * @param names of the recipes
     */
    public static void main(String[] names) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Arrays.stream(names).forEach(name -> {
            out.println("begin\t" + name);
            out.println(follow(name));
        });
        SpecGaps.counted().forEach((what, count) -> out.println("gap\t" + what + "\t" + count));
        out.println("end\tall");
    }

    private static String follow(String name) {
        try (Kernel kernel = new Kernel()) {
            return "answer\t" + name + "\t" + RECIPES.get(name).body().run(kernel);
        } catch (Recipe.Skip e) {
            return "skip\t" + name + "\t" + e.getMessage();
        } catch (Throwable e) {
            return "broken\t" + name + "\t" + e.toString().replaceAll("\\s+", " ") + " at "
                    + Arrays.stream(e.getStackTrace()).filter(f -> f.getClassName().contains("Recipes")).findFirst();
        }
    }
}
