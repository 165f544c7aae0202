using Deit.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Inference;

/// <summary>Counts how a head answers.</summary>
internal sealed class HeadMeter
{
    private const int Guesses = 5;

    private double _loss;
    private long _first;
    private long _amongFive;
    private long _images;

    /// <summary>What was counted so far.</summary>
    public HeadScore Score => new((double)_first / _images, (double)_amongFive / _images, _loss / _images);

    /// <summary>Counts the answers to a batch.</summary>
    /// <param name="logits">Shape (batch, classes).</param>
    /// <param name="labels">Class indices, int64, shape (batch).</param>
    public void Add(Tensor logits, Tensor labels)
    {
        using DisposeScope scope = NewDisposeScope();
        (_, Tensor guesses) = logits.topk((int)Math.Min(Guesses, logits.shape[1]), 1);
        Tensor right = guesses.eq(labels.unsqueeze(1));
        _first += right[.., 0].sum().item<long>();
        _amongFive += right.sum().item<long>();
        _loss += CrossEntropy.Labels(logits, labels).item<float>() * (double)logits.shape[0];
        _images += logits.shape[0];
    }
}

/// <summary>How a head answered images.</summary>
/// <param name="Top1">The share of images whose class has the greatest logit, from 0 to 1.</param>
/// <param name="Top5">The share of images whose class has one of the five greatest logits, from 0 to 1.</param>
/// <param name="Loss">The mean cross entropy with the labels.</param>
public sealed record HeadScore(double Top1, double Top5, double Loss);
