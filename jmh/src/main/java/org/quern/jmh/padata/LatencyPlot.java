package org.quern.jmh.padata;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.HdrHistogram.Histogram;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws latency against percentile, one picture for each rate side by side, one line for each contestant. */
final class LatencyPlot {
    private static final double[] PERCENTILES = {0, 10, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99};

    private final Map<String, XYChart> charts = new LinkedHashMap<>();

    void add(String engine, String rate, Histogram latencies) {
        XYChart chart = charts.computeIfAbsent(rate, LatencyPlot::chart);
        double[] x = new double[PERCENTILES.length];
        double[] micros = new double[PERCENTILES.length];
        for (int i = 0; i < x.length; i++) {
            x[i] = 1 / (1 - PERCENTILES[i] / 100);
            micros[i] = Math.max(0.1, latencies.getValueAtPercentile(PERCENTILES[i]) / 1e3);
        }
        chart.addSeries(engine, x, micros).setMarker(SeriesMarkers.NONE);
    }

    private static XYChart chart(String rate) {
        XYChart chart = new XYChartBuilder().width(640).height(420).title(rate + " jobs a second")
                .xAxisTitle("1 / (1 - percentile): 10 is p90, 1000 is p99.9").yAxisTitle("us from due time to delivery")
                .build();
        chart.getStyler().setXAxisLogarithmic(true).setYAxisLogarithmic(true);
        return chart;
    }

    void draw(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        List<XYChart> all = new ArrayList<>(charts.values());
        BitmapEncoder.saveBitmap(all, (all.size() + 1) / 2, 2, file.toString(), BitmapEncoder.BitmapFormat.PNG);
    }
}
