using System.Security.Cryptography;
using Deit.Checkpoints;
using Deit.Inference;
using Deit.Pretrained;
using Deit.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Distillation.Cache;

/// <summary>What is known of a recipe's teacher without making it.</summary>
/// <param name="Weights">Its weights as they are named; null of a teacher that is trained.</param>
/// <param name="WeightsSum">SHA-256 of their file; null where there is none here.</param>
/// <param name="Finetune">The weights that its training starts from; null where from fresh ones.</param>
/// <param name="FinetuneSum">SHA-256 of their file; null where there is none here.</param>
/// <param name="Preprocessing">How images are normalised for it; null where its weights are not here to say.</param>
internal sealed record TeacherSource(string? Weights, string? WeightsSum, string? Finetune, string? FinetuneSum, Preprocessing? Preprocessing)
{
    /// <summary>Looks at what is on this machine. Nothing is downloaded, and of files that are missing nothing is known.</summary>
    /// <param name="recipe">The teacher's part of the recipe.</param>
    /// <param name="model">The teacher's model.</param>
    /// <param name="ofData">How the student's images are normalised, and those of a teacher that is trained on them.</param>
    public static TeacherSource Of(ModelRecipe recipe, ModelDescription model, Preprocessing ofData)
    {
        (string? weights, string? sum) = Look(recipe.Weights, model);
        (string? finetune, string? finetuneSum) = Look(recipe.Finetune, model);
        return new(weights, sum, finetune, finetuneSum, PreprocessingOf(recipe, model, ofData));
    }

    /// <summary>SHA-256, in hexadecimal, of a model's parameters and buffers, by name.</summary>
    public static string Sum(IVisionModel model)
    {
        using DisposeScope scope = NewDisposeScope();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string name, Tensor tensor) in StateDict.Of(model.Module).OrderBy(static entry => entry.Key, StringComparer.Ordinal))
        {
            using DisposeScope one = NewDisposeScope();
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes($"{name} {tensor.dtype} {string.Join('x', tensor.shape)}\n"));
            hash.AppendData(tensor.detach().cpu().contiguous().bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static Preprocessing? PreprocessingOf(ModelRecipe recipe, ModelDescription model, Preprocessing ofData)
    {
        if (recipe.Weights is not { } weights) return ofData;
        if (PretrainedWeights.IsAskedFor(weights, out string? tag)) return PretrainedWeights.Find(model, tag).Preprocessing;
        return IsHere(weights) ? LocatedWeights.Find(weights, model).Preprocessing : null;
    }

    private static (string? Name, string? Sum) Look(string? weights, ModelDescription model)
    {
        if (weights is null) return (null, null);
        if (PretrainedWeights.IsAskedFor(weights, out string? tag)) return ($"{PretrainedWeights.Keyword}:{PretrainedWeights.Find(model, tag).Tag}", null);
        if (!IsHere(weights)) return (weights, null);
        using FileStream file = File.OpenRead(WeightLocation.Find(weights, model));
        return (weights, Convert.ToHexStringLower(SHA256.HashData(file)));
    }

    private static bool IsHere(string weights) => File.Exists(weights) || Directory.Exists(weights);
}
