using System.Globalization;
using Deit.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace Deit.Distillation.Cache;

/// <summary>A teacher that has answered before, to the very views that a training sees.</summary>
/// <param name="cache">Its answers.</param>
/// <param name="model">The model that answered.</param>
/// <param name="batches">Batches of an epoch.</param>
internal sealed class CachedTeacher(TeacherCache cache, ModelDescription model, int batches) : Teacher, IDisposable
{
    private EpochReader? _epoch;

    public override ModelDescription Description => model;

    /// <inheritdoc/>
    /// <exception cref="DeitException">The cache is damaged there, or its answer is to other images.</exception>
    public override Tensor Answer(Tensor images, BatchPlace place)
    {
        int epoch = place.Epoch + 1;
        if (_epoch?.Epoch != epoch)
        {
            _epoch?.Dispose();
            _epoch = null;
            _epoch = cache.Read(epoch, batches);
        }

        using DisposeScope scope = NewDisposeScope();
        (ViewMark mark, Tensor answers) = _epoch.Read(place.Batch);
        if (!mark.IsOf(ViewMark.Of(images, place.Images)))
        {
            throw new DeitException(string.Create(
                CultureInfo.InvariantCulture,
                $"The teacher's answers in '{cache.Path}' are to other images at batch {place.Batch + 1} of epoch {epoch}, though all settings agree: "
                + $"images were replaced, or another version of the program made them. Let 'deit teach' write others."));
        }

        return answers.to(images.device).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose() => _epoch?.Dispose();
}
