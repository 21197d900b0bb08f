package org.quern.jmh.xarray;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;

/** Draws what a load costs against the number of entries, both axes logarithmic, one line for each contestant. */
final class LoadPlot {
    private static final String LOADS = "load, ";

    private final Map<String, List<double[]>> lines = new LinkedHashMap<>();

    /** Takes a point, if it is a load. */
    void add(String contestant, int entries, double nanos) {
        if (contestant.startsWith(LOADS)) {
            lines.computeIfAbsent(contestant.substring(LOADS.length()), name -> new ArrayList<>())
                    .add(new double[]{entries, nanos});
        }
    }

    void draw(Path file) throws IOException {
        XYChart chart = new XYChartBuilder().width(720).height(420).title("Random load, dense indices")
                .xAxisTitle("entries").yAxisTitle("ns of CPU, median").build();
        chart.getStyler().setXAxisLogarithmic(true).setYAxisLogarithmic(true);
        lines.forEach((name, points) -> chart.addSeries(name, points.stream().mapToDouble(p -> p[0]).toArray(),
                points.stream().mapToDouble(p -> p[1]).toArray()));
        Files.createDirectories(file.toAbsolutePath().getParent());
        BitmapEncoder.saveBitmap(chart, file.toString(), BitmapEncoder.BitmapFormat.PNG);
    }
}
