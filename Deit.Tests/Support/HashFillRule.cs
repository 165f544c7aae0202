namespace Deit.Tests.Support;

/// <summary>How "hash-2" turns a uniform number u into an element of a state_dict entry: scale * (offset + factor * u).</summary>
/// <param name="IsCounter">Whether the entry counts batches and is 0.</param>
/// <param name="Offset">The mean of the entry before scaling.</param>
/// <param name="Factor">The width of the entry's distribution before scaling.</param>
/// <param name="Scale">Keeps activations of one order at every depth.</param>
internal sealed record HashFillRule(bool IsCounter, double Offset, double Factor, double Scale)
{
    /// <summary>The rule that the entry's name and shape choose.</summary>
    public static HashFillRule Of(string name, ReadOnlySpan<long> shape)
    {
        string[] parts = name.Split('.');
        string leaf = parts[^1];
        string module = parts.Length > 1 ? parts[^2] : "";
        string owner = parts.Length > 2 ? parts[^3] : "";
        (double offset, double factor) = Base(leaf, shape);
        return new(leaf == "num_batches_tracked", offset, factor, ScaleOf(leaf, module, owner, shape.Length));
    }

    /// <summary>The element for a number u in [-0.5, 0.5).</summary>
    public double Apply(double u) => Scale * (Offset + (Factor * u));

    private static (double Offset, double Factor) Base(string leaf, ReadOnlySpan<long> shape)
    {
        if (leaf is "cls_token" or "dist_token" or "pos_embed") return (0, 0.04);
        if (leaf == "running_var") return (1, 0.5);
        if (leaf == "gamma" || (leaf == "weight" && shape.Length == 1)) return (1, 0.2);
        if (shape.Length <= 1) return (0, 0.1);

        double fanIn = 1;
        foreach (long extent in shape[1..]) fanIn *= extent;
        return (0, 2 * Math.Sqrt(3 / fanIn));
    }

    private static double ScaleOf(string leaf, string module, string owner, int dimensions)
    {
        if ((owner, module) is ("attn", "proj") or ("mlp", "fc2") or ("patch_embed", "proj")) return 0.03;
        if (leaf == "weight" && (owner, module) is ("conv3", "bn")) return 0.5;
        if (leaf == "weight" && module == "bn3") return owner == "0" ? 1 : 0.25;
        if (dimensions == 4 && owner != "se") return module.StartsWith("conv_", StringComparison.Ordinal) ? 1.6 : 1.4;
        return 1;
    }
}
