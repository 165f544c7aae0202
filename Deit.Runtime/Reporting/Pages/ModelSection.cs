namespace Deit.Reporting.Pages;

/// <summary>The student's layers, as <c>deit describe</c> prints them.</summary>
internal static class ModelSection
{
    /// <summary>The section.</summary>
    public static Section Draw(ModelDescription model)
    {
        long greatest = model.Layers.Select(static layer => layer.Macs).DefaultIfEmpty(0).Max();
        return new("model", "Model", Html.Of($"""
            <p class="note"><span class="mono">{model.Name}</span>, {model.Family}: input {Figures.Shape(model.Input)}, {Figures.Count(model.Classes)} classes, {Figures.Count(model.Parameters)} parameters, {Figures.Count(model.Macs)} multiply-accumulate operations an image.</p>
            <div class="card scroll"><table>
            <thead><tr><th scope="col">layer</th><th scope="col">operator</th><th class="n" scope="col">output</th><th class="n" scope="col">parameters</th><th class="n" scope="col">MACs</th><th></th></tr></thead>
            <tbody>
            {model.Layers.Select(layer => Row(layer, greatest))}</tbody>
            <tfoot><tr><td colspan="3">all</td><td class="n">{Figures.Count(model.Parameters)}</td><td class="n">{Figures.Count(model.Macs)}</td><td></td></tr></tfoot>
            </table></div>
            """));
    }

    private static Html Row(LayerDescription layer, long greatest)
    {
        Html bar = layer.Macs == 0 ? Html.Empty : Html.Of($"""<span class="bar" style="width:{100.0 * layer.Macs / greatest}%"></span>""");
        return Html.Of($"""
            <tr><td class="mono">{layer.Name}</td><td>{layer.Kind}</td><td class="n">{Figures.Shape(layer.Output)}</td><td class="n">{Number(layer.Parameters)}</td><td class="n">{Number(layer.Macs)}</td><td class="share">{bar}</td></tr>

            """);
    }

    private static string Number(long value) => value == 0 ? "" : Figures.Count(value);
}
