// Trains the teacher on handwritten digits and distils it into the student: dotnet run -c Release -- [EPOCHS]
using System.Globalization;
using CustomStudent;
using Deit.Data;
using Deit.Distillation;
using Deit.Training;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
int epochs = args.Length > 0 ? int.Parse(args[0]) : 2;
TorchSharp.torch.manual_seed(1);
DataSplits digits = DigitsDataset.Open();

using var teacher = new DigitTeacher();
var teaching = new TrainingOptions { Epochs = epochs, BatchSize = 32, LearningRate = 4e-3, WarmupEpochs = 0 };
TrainingResult taught = new Trainer<DigitTeacher>(teacher, teaching).Fit(digits);
Console.WriteLine($"teacher: top-1 {taught.Last.Top1:P1}");

using var student = new DigitStudent();
var learning = new TrainingOptions { Epochs = epochs, BatchSize = 32, LearningRate = 1.5e-3, WarmupEpochs = 0 };
var distillation = new DistillationOptions { Type = DistillationType.Hard };
TrainingResult learnt = new DistillingTrainer<DigitStudent>(student, teacher, learning, distillation).Fit(digits);
Console.WriteLine($"student: top-1 {learnt.Last.Top1:P1}");
