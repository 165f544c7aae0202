using Deit.Data;

namespace Deit.Training;

/// <summary>Trains a model with one head on labels.</summary>
/// <typeparam name="TModel">The model's class.</typeparam>
/// <param name="model">The model; it stays its owner's, and its weights are trained from what they are.</param>
/// <param name="options">How to train it.</param>
public sealed class Trainer<TModel>(TModel model, TrainingOptions options)
    where TModel : Classifier
{
    /// <summary>The model.</summary>
    public TModel Model => model;

    /// <summary>Trains to the end; the model is in evaluation mode afterwards.</summary>
    /// <remarks>
    /// Sets the seed of torch's global generators at every epoch: the same seed, weights, data, device and number of threads give
    /// the same numbers, as long as nothing else in the process draws from those generators meanwhile.
    /// </remarks>
    /// <param name="data">Images of the model's size and classes.</param>
    /// <param name="surroundings">Folder, observer, device; null writes nothing and tells nobody.</param>
    /// <param name="cancellationToken">Stops between two steps.</param>
    /// <exception cref="DeitException">The data do not suit the model, the loss stopped being a number, or the disk refuses.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; the folder keeps the last step.</exception>
    public TrainingResult Fit(DataSplits data, FitOptions? surroundings = null, CancellationToken cancellationToken = default) =>
        new TrainingEngine(new PlainLearner(model), options, surroundings ?? new()).Fit(data, cancellationToken);
}
