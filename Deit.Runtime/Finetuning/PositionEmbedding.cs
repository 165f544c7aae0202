using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Finetuning;

/// <summary>Position embeddings for another number of patches.</summary>
public static class PositionEmbedding
{
    /// <summary>
    /// Interpolates the embeddings of the patches, as DeiT does to go from 224 to 384 pixels (arXiv 2012.12877, section 3, "Fixing
    /// the positional encoding across resolutions"): bicubic over the grid, in float32, not antialiased, with the corners of the
    /// pixels not aligned. The embeddings of the tokens before the patches stay as they are.
    /// </summary>
    /// <param name="embedding">Shape (1, prefix tokens + patches, width), where the patches are a square, row by row.</param>
    /// <param name="prefixTokens">Number of embeddings that are of no patch: class, distillation and register tokens.</param>
    /// <param name="grid">Patches a side of the new square.</param>
    /// <returns>
    /// Shape (1, prefix tokens + grid x grid, width), of the same type and on the same device; a copy, which the caller, or the
    /// current dispose scope, owns.
    /// </returns>
    /// <exception cref="DeitException">The embedding has another form; the message says which.</exception>
    public static Tensor Interpolate(Tensor embedding, int prefixTokens, int grid)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(grid);
        ArgumentOutOfRangeException.ThrowIfNegative(prefixTokens);
        if (embedding.dim() != 3 || embedding.shape[0] != 1 || GridOf(embedding.shape[1], prefixTokens) is not { } side)
        {
            throw new DeitException(
                $"Position embeddings of shape ({string.Join(", ", embedding.shape)}) are not those of {prefixTokens} tokens and a "
                + "square of patches, so they cannot be interpolated.");
        }

        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGradient = no_grad();
        long width = embedding.shape[2];
        Tensor prefix = embedding[.., ..prefixTokens];
        Tensor patches = embedding[.., prefixTokens..].to(ScalarType.Float32).reshape(1, side, side, width).permute(0, 3, 1, 2);
        Tensor interpolated = nn.functional.interpolate(patches, [grid, grid], mode: InterpolationMode.Bicubic, align_corners: false);
        Tensor rows = interpolated.permute(0, 2, 3, 1).reshape(1, (long)grid * grid, width).to(embedding.dtype);
        return cat([prefix, rows], 1).MoveToOuterDisposeScope();
    }

    /// <summary>Patches a side, where a number of tokens is that of a square and of the tokens before it; otherwise null.</summary>
    internal static int? GridOf(long tokens, int prefixTokens)
    {
        long patches = tokens - prefixTokens;
        if (patches < 1) return null;
        long side = (long)Math.Round(Math.Sqrt(patches));
        return side * side == patches ? (int)side : null;
    }
}
